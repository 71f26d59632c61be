/// Messages of sessions. `Store` says what holds for every call.
package protocol MessageStore: Sendable {
    /// Reads one page of a session's messages, in the order in which they were accepted.
    ///
    /// A cursor decides the session: with one, `session` must be an id or a name of the cursor's session, even where it
    /// has come to mean another. Everything is read from one state of the database. Where its messages are long, a page ends
    /// before its size, and no more is read than fits into its budget and one message.
    /// - Parameters:
    ///   - known: a version whose page is at hand; at that one, only the session is read.
    ///   - body: called for each message in turn; the row lives until it returns.
    /// - Throws: `sessionNotFound`, `cursorOfAnotherSession`.
    func readMessages(
        of session: SessionReference,
        in account: AccountSID,
        page: PageRequest<MessageCursor>,
        unless known: SessionVersion?,
        _ body: (borrowing MessageRow) -> Void
    ) async throws(StoreError) -> MessagePageReading

    /// Appends messages to one session in their order, all or nothing, and gives them as they were stored.
    ///
    /// The session is the one that a list of `session` would be of; where there is none, one of exactly this id is made. A
    /// message without an assistant gets its session's.
    /// - Throws: `invalidSessionID`, `accountNotFound`, `sessionFull`, `idempotencyKeyReused`, `requestUnderWay`.
    func append(
        _ messages: [MessageDraft],
        to session: SessionReference,
        in account: AccountSID,
        defaults: MessageDefaults,
        once: Once<[Message]>?
    ) async throws(StoreError) -> OnceResult<[Message]>

    /// - Throws: `sessionNotFound`, `messageNotFound`.
    func message(
        _ id: MessageID,
        of session: SessionReference,
        in account: AccountSID
    ) async throws(StoreError) -> Message

    /// Changes a message, which keeps its place, and gives it as it is then stored.
    /// - Parameter date: what becomes the message's `dateUpdated`.
    /// - Throws: `sessionNotFound`, `messageNotFound`.
    func update(
        _ id: MessageID,
        of session: SessionReference,
        in account: AccountSID,
        with changes: MessageChanges,
        at date: Timestamp
    ) async throws(StoreError) -> Message

    /// Deletes a message. The places of the others stay as they are, and cursors at its place still work.
    /// - Throws: `sessionNotFound`, `messageNotFound`.
    func delete(_ id: MessageID, of session: SessionReference, in account: AccountSID) async throws(StoreError)

    /// Stores messages that have ids already, in their order, all or nothing, and makes the sessions that are not there. A
    /// message whose id is there already, with the same content, is left as it is.
    /// - Throws: `messageConflict`, `accountNotFound`, `sessionFull`.
    func importMessages(
        _ messages: [NewMessage],
        to account: AccountSID,
        defaults: MessageDefaults
    ) async throws(StoreError) -> ImportResult

    /// The place of the first message whose id its session has already, with other content.
    func firstConflict(among messages: [NewMessage], in account: AccountSID) async throws(StoreError) -> Int?
}
