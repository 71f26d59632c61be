/// Where accounts, sessions and messages are kept. Every store keeps these promises, and `StoreConformance` checks them:
///
/// - Walking forward from the first page while others write, each message that was there at the start comes exactly
///   once, in order; new ones come at the end; deletes shift nothing.
/// - What a call has returned for survives a killed process.
/// - A reader sees what it wrote.
/// - One account never sees another's rows, whatever id, name or cursor it brings.
///
/// Leases, due times, and expiry follow the store's clock, the same for every server that uses the database. The dates that
/// callers give are only stored and shown: nothing waits for them.
///
/// Names and ids compare as bytes. No call blocks the thread that it is made on for longer than a page takes to be read.
package protocol Store: Sendable {
    // MARK: Messages

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

    // MARK: Sessions

    /// One page of an account's sessions, in order of creation. A session created during a walk may be missed by it, one
    /// created before it never.
    func sessions(
        of account: AccountSID,
        page: PageRequest<SessionCursor>
    ) async throws(StoreError) -> Page<Session, SessionCursor>

    /// - Throws: `sessionNotFound`.
    func session(_ session: SessionReference, in account: AccountSID) async throws(StoreError) -> Session

    /// Deletes a session with its messages. Of a long one, the messages are out of reach at once and removed by
    /// `collectGarbage`.
    /// - Throws: `sessionNotFound`.
    func delete(_ session: SessionReference, in account: AccountSID) async throws(StoreError)

    // MARK: Assistants

    /// - Throws: `accountNotFound`.
    func create(_ assistant: Assistant) async throws(StoreError)

    /// - Throws: `assistantNotFound`.
    func assistant(_ id: AssistantID, in account: AccountSID) async throws(StoreError) -> Assistant

    /// One page of an account's assistants, in order of creation.
    func assistants(
        of account: AccountSID,
        page: PageRequest<AssistantCursor>
    ) async throws(StoreError) -> Page<Assistant, AssistantCursor>

    /// Changes an assistant, and gives it as it is then stored.
    /// - Parameters:
    ///   - change: gets what is stored, and is called once.
    ///   - date: what becomes the assistant's `dateUpdated`.
    /// - Throws: `assistantNotFound`.
    func update(
        _ id: AssistantID,
        in account: AccountSID,
        at date: Timestamp,
        _ change: @escaping @Sendable (inout AssistantDetails) -> Void
    ) async throws(StoreError) -> Assistant

    /// Deletes an assistant. Its sessions and messages stay as they are.
    /// - Throws: `assistantNotFound`.
    func delete(_ id: AssistantID, in account: AccountSID) async throws(StoreError)

    // MARK: Turns

    /// Takes a turn on, for `worker`: its message is stored now or, behind other turns of its session, kept and stored
    /// when its turn begins, so that every reply follows its message.
    /// - Parameters:
    ///   - maximumWaiting: how many turns of a session may wait behind the one that is being taken.
    ///   - lease: how long the turn is the worker's alone, as for `renewTurns`.
    ///   - once: its answer is `nil` where the answer is that of the turn's end.
    /// - Returns: the session.
    /// - Throws: `assistantNotFound`, `invalidSessionID`, `sessionFull`, `tooManyTurns`, `idempotencyKeyReused`,
    ///   `requestUnderWay`.
    func accept(
        _ turn: NewTurn,
        in account: AccountSID,
        by worker: WorkerID,
        maximumWaiting: Int,
        lease: Duration,
        once: Once<SessionID>?
    ) async throws(StoreError) -> OnceResult<SessionID>

    /// Begins turns, oldest first: those that come first in their sessions and that the worker has accepted and not begun, or
    /// whose lease has run out. They are the worker's from then on.
    ///
    /// A turn that cannot be begun now, as its session is locked, does not keep back the others. One that cannot be read,
    /// or whose message cannot be stored, is begun as damaged.
    /// - Parameters:
    ///   - lease: how long a turn is the worker's alone, as for `renewTurns`.
    ///   - date: of messages that have waited for their turns and are stored now.
    /// - Returns: every turn that was begun.
    /// - Throws: where none could be begun and at least one should have been.
    func beginTurns(
        as worker: WorkerID,
        limit: Int,
        lease: Duration,
        at date: Timestamp
    ) async throws(StoreError) -> [Turn]

    /// Extends the worker's leases of the turns that it is running, and of those that it has accepted and not begun: each runs
    /// out when so much time has passed without another extension. A lease of any other turn runs out, so that a turn is
    /// begun again where the worker never learned that it had begun it.
    /// - Parameter running: turns of the worker; those that are no longer its are left out.
    func renewTurns(_ running: Set<TurnID>, of worker: WorkerID, lease: Duration) async throws(StoreError)

    /// Gives the worker's turns to whoever comes next.
    func releaseTurns(of worker: WorkerID) async throws(StoreError)

    /// Stores a turn's end, all of it or nothing.
    /// - Throws: `turnLost`, and `sessionNotFound` where there is a reply and its session was deleted.
    func finish(_ turn: TurnID, as worker: WorkerID, with end: TurnEnd) async throws(StoreError)

    // MARK: Callbacks

    /// Takes callbacks whose time has come, oldest first, and counts an attempt of each.
    /// - Parameter lease: how long after its start an attempt that has not been recorded may be repeated.
    func takeCallbacks(limit: Int, lease: Duration) async throws(StoreError) -> [Callback]

    /// Records an attempt; one that is not the callback's last counts for nothing.
    func record(_ attempt: CallbackAttempt, of callback: Callback) async throws(StoreError)

    /// Every callback that has not been delivered, oldest first.
    func callbacks() async throws(StoreError) -> [Callback]

    /// Has a callback that was given up tried anew.
    /// - Throws: `callbackNotFound`.
    func resendCallback(_ number: Int64) async throws(StoreError)

    // MARK: Accounts

    /// - Throws: `accountExists`.
    func create(_ account: Account, token: StoredAuthToken) async throws(StoreError)

    /// The account's primary auth token as it was sealed.
    /// - Throws: `accountNotFound`.
    func sealedAuthToken(of account: AccountSID) async throws(StoreError) -> [UInt8]

    /// Gives the account a second auth token that works beside the primary one, in place of one that it has; `nil` takes that
    /// away.
    /// - Throws: `accountNotFound`.
    func setSecondaryAuthToken(_ token: StoredAuthToken?, of account: AccountSID) async throws(StoreError)

    /// Makes the second auth token the primary, and so the only one.
    /// - Throws: `accountNotFound`, `secondaryAuthTokenNotFound`.
    func promoteSecondaryAuthToken(of account: AccountSID) async throws(StoreError)

    /// Every account, oldest first.
    func accounts() async throws(StoreError) -> [Account]

    /// - Throws: `accountNotFound`.
    func create(_ key: APIKey, secretDigest: [UInt8]) async throws(StoreError)

    /// The account's API keys, oldest first.
    /// - Throws: `accountNotFound`.
    func apiKeys(of account: AccountSID) async throws(StoreError) -> [APIKey]

    /// - Throws: `apiKeyNotFound`.
    func revoke(_ key: APIKeySID, of account: AccountSID) async throws(StoreError)

    /// What the user name of Basic authentication stands for: an account's SID or an API key's.
    func credential(for userName: String) async throws(StoreError) -> StoredCredential?

    // MARK: Page tokens

    /// The 32 random bytes that page tokens are authenticated with: the same for every server on this database, and kept
    /// with it.
    func pageTokenKey() async throws(StoreError) -> [UInt8]

    // MARK: Upkeep

    /// Removes what nobody can reach any more, old idempotency keys, and callbacks that were given up long ago, in short
    /// transactions, so that others can write meanwhile. To be called from time to time.
    func collectGarbage(keeping retention: Retention) async throws(StoreError)
}

extension Store {
    package func collectGarbage() async throws(StoreError) {
        try await collectGarbage(keeping: Retention())
    }
}
