import Dispatch
import Foundation
import Synchronization

/// Connections to PostgreSQL, each on a thread of its own, for libpq's calls block. Work waits for a free one.
///
/// A connection is made when there is work for it, and made anew when it was lost.
final class PostgresPool: Sendable {
    /// Work for one connection. Tells its caller how it ended.
    private typealias Job = @Sendable (ConnectionSlot) -> Void

    private struct State {
        var waiting: ArraySlice<Job> = []
        var isClosed = false
    }

    private static let maximumAttempts = 10

    private let url: String
    private let state = Mutex(State())
    /// Counts the jobs that wait, and at the end one for each thread.
    private let signal = DispatchSemaphore(value: 0)
    private let size: Int

    /// - Parameter size: how many connections there are at most.
    init(url: String, size: Int) {
        self.url = url
        self.size = size
        for number in 1...size {
            let thread = Thread { self.work() }
            thread.name = "postgres-\(number)"
            thread.start()
        }
    }

    /// Ends the threads when the jobs that wait are done.
    func close() {
        state.withLock { $0.isClosed = true }
        for _ in 0..<size { signal.signal() }
    }

    /// Runs `body` on a connection, in a transaction. Runs it again where it lost against another one.
    /// - Throws: what `body` throws, `PostgresError`.
    func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (inout PostgresConnection) throws -> Value
    ) async throws -> Value {
        try await run { connection in
            for _ in 1..<Self.maximumAttempts {
                do {
                    return try connection.transaction(body)
                } catch let error as PostgresError where error.isConflict {
                    continue
                }
            }
            return try connection.transaction(body)
        }
    }

    /// Runs `body` on a connection.
    /// - Throws: what `body` throws, `PostgresError`.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable (inout PostgresConnection) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let job: Job = { slot in
                continuation.resume(with: Result { try slot.run(body) })
            }
            let isTaken = state.withLock { state in
                guard !state.isClosed else { return false }
                state.waiting.append(job)
                return true
            }
            if isTaken {
                signal.signal()
            } else {
                continuation.resume(throwing: PostgresError(message: "the server is stopping"))
            }
        }
    }

    /// Works until the pool is closed and nothing waits.
    private func work() {
        let slot = ConnectionSlot(url: url)
        while true {
            signal.wait()
            guard let job = state.withLock({ $0.waiting.popFirst() }) else { return }
            job(slot)
        }
    }
}
