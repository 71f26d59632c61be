/// What came of a write that is done once.
package enum OnceResult<Value: Sendable>: Sendable {
    /// It was done now.
    case done(Value)
    /// It had been done before, with this answer.
    case replayed(StoredAnswer)
}
