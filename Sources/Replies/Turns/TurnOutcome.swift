/// What came of a turn.
package enum TurnOutcome: Equatable, Sendable {
    case reply(String)
    /// Why there is no reply, for the caller.
    case failure(String)
}
