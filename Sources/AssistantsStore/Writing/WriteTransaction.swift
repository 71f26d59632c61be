/// What the logic of writing needs of a transaction that a store has begun; throwing undoes it.
///
/// The logic itself is in extensions, once for all stores.
package protocol WriteTransaction: ~Copyable {
    /// What the store finds a session's rows by.
    associatedtype SessionHandle: Sendable

    /// The last position that a message can have in its session.
    static var maximumPosition: Int64 { get }

    // MARK: Sessions and messages

    /// The session of exactly this id, which nobody else writes to until the transaction ends; `nil` where there is none.
    mutating func openSession(_ id: SessionID, in account: AccountSID) throws -> OpenSession<SessionHandle>?

    /// The same of several ids: those of the sessions that there are.
    mutating func openSessions(
        _ ids: [SessionID],
        in account: AccountSID
    ) throws -> [SessionID: OpenSession<SessionHandle>]

    /// For each message, makes the session that begins with it, unless somebody else has made it meanwhile.
    /// - Throws: `notFound(.account)`.
    mutating func createSessions(
        beginningWith messages: [Message],
        in account: AccountSID
    ) throws -> [OpenSession<SessionHandle>]

    /// Stores the sessions' last positions and dates, under new versions.
    mutating func update(_ sessions: [OpenSession<SessionHandle>]) throws

    /// What a session's rows are found by, for reading alone; `nil` where it has none.
    mutating func handle(of session: SessionID, in account: AccountSID) throws -> SessionHandle?

    /// Gives messages the next positions of their sessions, each of which occurs once, and notes which were repeated.
    mutating func insert(_ additions: inout [Addition<SessionHandle>]) throws

    /// For each selection, those of its messages that there are.
    mutating func messages(_ selections: [MessageSelection<SessionHandle>]) throws -> [[MessageID: Message]]

    // MARK: What accounts own

    /// The account's oldest item whose column has this text.
    mutating func first<Item: AccountRow>(
        _ type: Item.Type,
        in account: AccountSID,
        where column: String,
        is text: String
    ) throws -> Item?

    /// Waits until nobody else has the account locked, which it then is until the transaction ends.
    /// - Throws: `notFound(.account)`.
    mutating func lock(_ account: AccountSID) throws

    /// - Throws: `notFound(.account)`.
    mutating func insert<Item: AccountRow>(_ item: Item) throws

    /// - Parameter isLocked: whether nobody else may change the item before the transaction ends.
    /// - Throws: `Item.notFound`.
    mutating func fetch<Item: AccountRow>(
        _ type: Item.Type,
        _ id: Item.ID,
        in account: AccountSID,
        isLocked: Bool
    ) throws -> Item

    /// How many items of an owner the account has.
    mutating func count<Item: AccountRow>(_ type: Item.Type, of owner: RowOwner, in account: AccountSID) throws -> Int

    /// Stores an item that was read and locked in this transaction, and changed since.
    mutating func update<Item: AccountRow>(_ item: Item) throws

    /// - Throws: `Item.notFound`.
    mutating func delete<Item: AccountRow>(_ type: Item.Type, _ id: Item.ID, in account: AccountSID) throws

    // MARK: Turns

    /// How many turns of a session have not ended.
    mutating func turnCount(of session: OpenSession<SessionHandle>) throws -> Int

    /// - Parameter position: of the turn's message; `nil` where that waits.
    mutating func insert(
        _ turn: NewTurn,
        of account: AccountSID,
        in session: OpenSession<SessionHandle>,
        position: Int64?,
        by worker: WorkerID,
        lease: Duration,
        idempotencyKey: String?
    ) throws

    /// - Returns: `nil` where the turn is not the worker's.
    mutating func turn(_ id: TurnID, of worker: WorkerID) throws -> StoredTurn<SessionHandle>?

    /// - Returns: `false` where the turn is no longer the worker's.
    mutating func remove(_ turn: StoredTurn<SessionHandle>, of worker: WorkerID) throws -> Bool

    mutating func insert(_ callback: NewCallback, of turn: StoredTurn<SessionHandle>) throws

    /// The error for a damaged row.
    static func damage(of turn: StoredTurn<SessionHandle>) -> any Error

    /// The error for a transaction that lost a race. PostgreSQL runs it again; with SQLite's one writer there are no races.
    static func conflict(_ reason: String) -> any Error

    // MARK: Idempotency

    /// Looks for a request's key. From here to the transaction's end, nobody else is told that the key is new.
    /// - Returns: the answer that was given to the request before; `nil` where it comes for the first time.
    /// - Throws: `StoreError.idempotencyKeyReused`, `StoreError.requestUnderWay`.
    mutating func claim(_ request: IdempotentRequest, in account: AccountSID) throws -> StoredAnswer?

    /// Keeps the answer to a request that was under way.
    mutating func answer(_ key: String, in account: AccountSID, with answer: StoredAnswer) throws

    /// Keeps the key of a request that was claimed.
    /// - Parameter answer: `nil` while the request is under way.
    mutating func keep(
        _ answer: StoredAnswer?,
        to request: IdempotentRequest,
        in account: AccountSID
    ) throws
}

extension WriteTransaction where Self: ~Copyable {
    /// Runs `write` where its request has not been answered yet, and keeps the answer.
    /// - Throws: `StoreError.idempotencyKeyReused`, `StoreError.requestUnderWay`, and what `write` throws.
    package mutating func write<Value>(
        _ once: IdempotentWrite<Value>?,
        in account: AccountSID,
        _ write: (inout Self) throws -> Value
    ) throws -> IdempotentResult<Value> {
        guard let once else { return .done(try write(&self)) }
        if let answer = try claim(once.request, in: account) { return .replayed(answer) }
        let value = try write(&self)
        try keep(once.answer(value), to: once.request, in: account)
        return .done(value)
    }
}
