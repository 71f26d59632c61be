import Logging
import Synchronization

/// Bounds how many requests are worked on at once: beyond what can be done in time, the next is told to come again, at once,
/// so that those before it are still done.
final class RequestsInFlight: Sendable {
    private let limit: Int
    private let number = Atomic(0)
    private let refused = Mutex(Refused())
    private let logger: Logger

    /// What has not been logged yet: a line for each would cost more than the answer.
    private struct Refused {
        static let interval = Duration.seconds(10)
        var count = 0
        var lastLine: ContinuousClock.Instant?
    }

    init(limit: Int, logger: Logger) {
        self.limit = limit
        self.logger = logger
    }

    var current: Int { number.load(ordering: .relaxed) }

    /// Runs `body`, or throws `APIError.overloaded`.
    func count<Value>(_ body: () async throws -> Value) async throws -> Value {
        defer { number.subtract(1, ordering: .relaxed) }
        guard number.add(1, ordering: .relaxed).newValue <= limit else {
            noteRefusal()
            throw APIError.overloaded("The server has \(limit) requests to work on, as many as it may; try again later")
        }
        return try await body()
    }

    private func noteRefusal() {
        refused.withLock { refused in
            refused.count += 1
            let now = ContinuousClock.now
            guard refused.lastLine.map({ now - $0 >= Refused.interval }) ?? true else { return }
            logger.warning(
                "requests are refused: as many are worked on as --max-requests lets",
                metadata: ["refused": "\(refused.count)", "limit": "\(limit)"]
            )
            refused = Refused(lastLine: now)
        }
    }
}
