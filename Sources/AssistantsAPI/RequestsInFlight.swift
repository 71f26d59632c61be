import Synchronization

/// Bounds how many requests, or requests of a kind, are worked on at once: those over the limit are refused at once, so that those before
/// them are still answered in time.
final class RequestsInFlight: Sendable {
    private let limit: Int
    private let kind: String
    private let number = Atomic(0)

    /// - Parameter kind: a plural noun, for the error.
    init(limit: Int, kind: String = "requests") {
        self.limit = limit
        self.kind = kind
    }

    var current: Int { number.load(ordering: .relaxed) }

    /// Runs `body`, or throws `APIError.overloaded`.
    func count<Value>(_ body: () async throws -> Value) async throws -> Value {
        defer { number.subtract(1, ordering: .relaxed) }
        guard number.add(1, ordering: .relaxed).newValue <= limit else {
            throw APIError.overloaded(
                "The server has \(limit) \(kind) to work on, as many as it may; try again later"
            )
        }
        return try await body()
    }
}
