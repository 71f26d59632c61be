/// What came of a turn.
package enum TurnOutcome: Equatable, Sendable {
    case reply(Reply)
    /// Why there is no reply, for the caller.
    case failure(String)
}
