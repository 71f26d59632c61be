/// Messages of sessions. `Store` says what holds for every call.
package protocol MessageStore: Sendable {
    /// Stays the same for as long as nobody writes to the store. What was read after it was taken is current while it stays.
    /// `nil` where asking for it would cost as much as reading.
    var state: StoreState? { get }

    /// Whether a transaction that writes keeps everybody else from writing, to any session.
    var hasOneWriter: Bool { get }

    /// Reads one page of a session's messages, in the order in which they were accepted or in the opposite one.
    ///
    /// A cursor decides the session: with one, the request's must be an id or a name of the cursor's session, even where it
    /// has come to mean another. Everything is read from one state of the database. Where its messages are long, a page ends
    /// before its size, and no more is read than fits into its budget and one message.
    ///
    /// With a filter, the page also ends where a slice ends, even if it is not full or is empty. Then it has a neighbor wherever
    /// there are messages, whether they match or not. `readMatchingMessages` puts pages together from slices.
    /// - Parameter body: called for each message in turn; the row lives until it returns.
    /// - Throws: `notFound(.session)`, `cursorOfAnotherSession`, `notFound(.message)` where the session does not have the anchor's.
    func readMessages(
        _ request: MessagePageRequest,
        _ body: (borrowing MessageRow) -> Void
    ) async throws(StoreError) -> MessagePageReading

    /// Reads one slice of an account's messages that match a filter, from one state of the database. `matchingMessages` puts pages together
    /// from slices.
    ///
    /// A walk may miss what is written meanwhile. It meets every other message that matches once.
    func messages(_ request: AccountMessagesRequest) async throws(StoreError) -> Page<Message, AccountMessageCursor>

    /// Checks that the totals of pages are exact: servers of an earlier version do not keep what they are computed from.
    /// - Throws: `migrationUnfinished`.
    func requireTotals() async throws(StoreError)

    /// Appends messages to one session in their order, all or nothing, and gives them as they were stored.
    ///
    /// The session is the one that a list of `session` would be of; where there is none, one of exactly this id is made. A
    /// message without an assistant gets its session's.
    /// - Throws: `invalidSessionID`, `notFound(.account)`, `sessionFull`, `idempotencyKeyReused`, `requestUnderWay`.
    func append(
        _ messages: [MessageDraft],
        to session: SessionReference,
        in account: AccountSID,
        defaults: MessageDefaults,
        once: IdempotentWrite<[Message]>?
    ) async throws(StoreError) -> IdempotentResult<[Message]>

    /// - Throws: `notFound(.session)`, `notFound(.message)`.
    func message(
        _ id: MessageID,
        of session: SessionReference,
        in account: AccountSID
    ) async throws(StoreError) -> Message

    /// Changes a message, which keeps its position, and gives it as it is then stored.
    /// - Parameter date: what becomes the message's `dateUpdated`.
    /// - Throws: `notFound(.session)`, `notFound(.message)`.
    func update(
        _ id: MessageID,
        of session: SessionReference,
        in account: AccountSID,
        with changes: MessageChanges,
        at date: Timestamp
    ) async throws(StoreError) -> Message

    /// Deletes a message. The positions of the others stay as they are, and a cursor at its position still works.
    /// - Throws: `notFound(.session)`, `notFound(.message)`.
    func delete(_ id: MessageID, of session: SessionReference, in account: AccountSID) async throws(StoreError)

    /// Stores messages that have ids already, in their order, all or nothing, and makes the sessions that are not there. A
    /// message whose id is there already, with the same content, is left as it is.
    /// - Throws: `messageConflict`, `notFound(.account)`, `sessionFull`.
    func importMessages(
        _ messages: [NewMessage],
        to account: AccountSID,
        defaults: MessageDefaults
    ) async throws(StoreError) -> ImportResult

    /// Compares messages that have ids with those that their sessions have under these.
    func compare(_ messages: [NewMessage], in account: AccountSID) async throws(StoreError) -> ImportComparison
}

/// What messages get that were written without it.
package struct MessageDefaults: Sendable {
    /// The identity of a session's first message that was written without one.
    package static let identity = "user_id:unknown"

    /// A message without an assistant gets the account's oldest one of this name, which is made when it is first needed.
    package let assistantName: String
    package let date: Timestamp

    package init(assistantName: String, date: Timestamp = .now) {
        self.assistantName = assistantName
        self.date = date
    }
}

/// What is to be changed of a message; what is `nil` stays as it is.
package struct MessageChanges: Sendable {
    package let content: JSONObject?
    package let meta: JSONObject?

    package init(content: JSONObject? = nil, meta: JSONObject? = nil) {
        self.content = content
        self.meta = meta
    }
}

/// What came of reading a page of messages.
package enum MessagePageReading: Sendable {
    /// Nothing was read, for the session is at the version that is known.
    case unchanged
    case read(MessagePagePlace)
}

/// Where a page of messages lies that was read, as it was at a version of the session.
package struct MessagePagePlace: Sendable {
    package let neighbors: PageNeighbors<MessageCursor>
    /// The page's first message; `nil` if it is empty.
    package let first: MessageCursor?
    /// What comes behind the page, now or later, lies after this cursor.
    package let end: MessageCursor
    package let version: SessionVersion
    /// Whether the page ends behind a slice though it is not full, so that messages behind it can match.
    package let isUnfinished: Bool
    /// Whether another page of this version is the same. It may not be where the session changed between two slices, or where
    /// time was short.
    package let isReproducible: Bool
    /// How many messages the session has. Exact if `MessageStore.requireTotals` has returned.
    package let total: Int64

    package init(
        neighbors: PageNeighbors<MessageCursor>,
        first: MessageCursor?,
        end: MessageCursor,
        version: SessionVersion,
        isUnfinished: Bool = false,
        isReproducible: Bool = true,
        total: Int64
    ) {
        self.neighbors = neighbors
        self.first = first
        self.end = end
        self.version = version
        self.isUnfinished = isUnfinished
        self.isReproducible = isReproducible
        self.total = total
    }
}

/// What an import of messages did: every message was either stored or was there already, with the same content.
package struct ImportResult: Sendable {
    package var stored: Int
    package var alreadyThere: Int

    package init(stored: Int = 0, alreadyThere: Int = 0) {
        self.stored = stored
        self.alreadyThere = alreadyThere
    }

    package static func += (left: inout ImportResult, right: ImportResult) {
        left.stored += right.stored
        left.alreadyThere += right.alreadyThere
    }
}

/// What sessions have of messages that are to be imported.
package struct ImportComparison: Equatable, Sendable {
    /// How many are there already, with the same content.
    package var alreadyThere = 0
    /// The indices of those that are there with other content, lowest first.
    package var conflicts: [Int] = []

    package init(alreadyThere: Int = 0, conflicts: [Int] = []) {
        self.alreadyThere = alreadyThere
        self.conflicts = conflicts
    }
}

extension Store {
    /// Reads one page of a session's messages, whatever is known of it.
    package func readMessages(
        of session: SessionReference,
        in account: AccountSID,
        page: PageRequest<MessageCursor>,
        _ body: (borrowing MessageRow) -> Void
    ) async throws(StoreError) -> PageNeighbors<MessageCursor> {
        switch try await readMessages(MessagePageRequest(of: session, in: account, page: page), body) {
        case .read(let place): return place.neighbors
        case .unchanged: preconditionFailure("no version was given that it could be")
        }
    }
}

/// What a store has, without saying it: two that are equal mean the same content.
package struct StoreState: Equatable, Sendable {
    // Not a SIMD vector: frames of asynchronous functions are aligned to 16 bytes, and a larger alignment corrupts memory.
    private let first: UInt128
    private let second: UInt128
    private let third: UInt128

    package init(_ first: UInt128, _ second: UInt128, _ third: UInt128) {
        self.first = first
        self.second = second
        self.third = third
    }
}
