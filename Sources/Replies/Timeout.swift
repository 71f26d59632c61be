/// Thrown where time ran out.
struct TimedOut: Error {}

/// Runs `body`, and cancels it when its time is over.
/// - Throws: `TimedOut`, and what `body` throws.
func withTimeout<Value: Sendable>(
    _ duration: Duration,
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: duration)
            throw TimedOut()
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
