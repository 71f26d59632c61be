import Dispatch
import Synchronization

/// Waits for what a connection's thread makes of some work, and lets the task that waits give it up.
final class PendingResult<Value: Sendable>: Sendable {
    private typealias Continuation = CheckedContinuation<Value, any Error>

    private enum State {
        case new
        case waiting(Continuation)
        /// Without a canceler the work runs to its end even if the caller is cancelled.
        case running(Continuation, PostgresCanceler?)
        /// The server is told to give it up.
        case cancelled(Continuation)
        case ended
    }

    private let state = Mutex(State.new)

    /// - Parameter enqueue: sees to it that `begin` and `end` are called; `false` where they will not be.
    /// - Throws: what `end` is given, `PostgresError`, `CancellationError`.
    func value(enqueue: () -> Bool) async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isWanted = state.withLock { state in
                    guard case .new = state else { return false }
                    state = .waiting(continuation)
                    return true
                }
                if !isWanted {
                    continuation.resume(throwing: CancellationError())
                } else if !enqueue() {
                    end(.failure(PostgresError(message: "the server is stopping")))
                }
            }
        } onCancel: {
            cancel()
        }
    }

    /// Says that the work begins, or begins again.
    /// - Parameter canceler: what has the server give it up.
    /// - Returns: `false` where nobody waits any more.
    func begin(_ canceler: PostgresCanceler?) -> Bool {
        state.withLock { state in
            switch state {
            case .waiting(let continuation), .running(let continuation, _):
                state = .running(continuation, canceler)
                return true
            case .new, .cancelled, .ended:
                return false
            }
        }
    }

    /// Says that the connection is done with the work.
    /// - Returns: `false` where the server may yet be told to give up what the connection does.
    func release() -> Bool {
        state.withLock { state in
            switch state {
            case .running(let continuation, _):
                state = .running(continuation, nil)
                return true
            case .cancelled:
                return false
            case .new, .waiting, .ended:
                return true
            }
        }
    }

    func end(_ result: Result<Value, any Error>) {
        let continuation: Continuation? = state.withLock { state in
            defer { state = .ended }
            switch state {
            case .waiting(let continuation), .running(let continuation, _), .cancelled(let continuation):
                return continuation
            case .new, .ended:
                return nil
            }
        }
        continuation?.resume(with: result)
    }

    private func cancel() {
        state.withLock { state in
            switch state {
            case .running(let continuation, let canceler?):
                state = .cancelled(continuation)
                // It waits for the server's word, which the thread that cancels should not.
                DispatchQueue.global().async { canceler.cancel() }
            case .waiting(let continuation):
                state = .ended
                continuation.resume(throwing: CancellationError())
            case .new:
                state = .ended
            case .running(_, nil), .cancelled, .ended:
                break
            }
        }
    }
}
