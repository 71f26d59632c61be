/// Messages to assistants, from their acceptance to their replies. `Store` says what holds for every call.
package protocol TurnStore: Sendable {
    /// Accepts a turn, for `worker`: its message is stored now or, behind other turns of its session, kept and stored
    /// when its turn begins, so that every reply follows its message.
    /// - Parameters:
    ///   - maximumWaiting: how many turns of a session may wait behind the one that is being accepted.
    ///   - lease: how long the turn is the worker's alone, as for `renewTurns`.
    ///   - once: its answer is `nil` where the answer is that of the turn's end.
    /// - Returns: the session.
    /// - Throws: `Assistant.notFound`, `invalidSessionID`, `sessionFull`, `tooManyTurns`, `idempotencyKeyReused`,
    ///   `requestUnderWay`.
    func accept(
        _ turn: NewTurn,
        in account: AccountSID,
        by worker: WorkerID,
        maximumWaiting: Int,
        lease: Duration,
        once: IdempotentWrite<SessionID>?
    ) async throws(StoreError) -> IdempotentResult<SessionID>

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

    /// Gives the worker's turns to the next worker that asks.
    func releaseTurns(of worker: WorkerID) async throws(StoreError)

    /// Stores a turn's end, all of it or nothing. A damaged turn ends without a reply.
    /// - Throws: `turnLost`, and `notFound(.session)` where there is a reply and its session was deleted.
    func finish(_ turn: TurnID, as worker: WorkerID, with end: TurnEnd) async throws(StoreError)
}

/// Who works on turns: one process, from its start to its end.
package struct WorkerID: Identifier {
    package let text: String

    /// An id that no other process has.
    package static func unique() -> WorkerID {
        WorkerID(unchecked: "\(UUIDv7())")
    }

    /// For text that a store gave.
    package init(unchecked text: String) {
        self.text = text
    }
}
