import Synchronization

/// Whether the server wants more requests, and whether anybody asks.
package final class Readiness: Sendable {
    private struct State {
        var isStopping = false
        var lastQuestion: ContinuousClock.Instant?
    }

    private let state = Mutex(State())

    package init() {}

    /// Whether the server is ready. Records that a load balancer asks.
    func ask() -> Bool {
        state.withLock { state in
            state.lastQuestion = .now
            return !state.isStopping
        }
    }

    /// From now on the answer is no.
    /// - Returns: whether somebody has asked within the last minute, and so is likely to ask again.
    package func stop() -> Bool {
        state.withLock { state in
            state.isStopping = true
            return state.lastQuestion.map { $0.duration(to: .now) < .seconds(60) } ?? false
        }
    }
}
