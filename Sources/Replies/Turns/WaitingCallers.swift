import AssistantsStore
import Synchronization

/// The callers that wait for the answers to their turns.
final class WaitingCallers: Sendable {
    private struct State {
        var callers: [TurnID: AsyncThrowingStream<StoredAnswer, any Error>.Continuation] = [:]
        /// Whether no further caller may wait.
        var isStopping = false
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: how many may wait.
    init(limit: Int) {
        self.limit = limit
    }

    var count: Int { state.withLock(\.callers.count) }

    /// Submits a turn and waits for its answer.
    /// - Parameter submit: called when the caller is registered, so that no answer comes too early.
    /// - Throws: `TurnRefusal`; what `submit` throws, and what `resume` is called with.
    func answer(
        to turn: TurnID,
        submit: () async throws -> IdempotentResult<SessionID>
    ) async throws -> IdempotentResult<StoredAnswer> {
        let (answers, caller) = AsyncThrowingStream.makeStream(of: StoredAnswer.self)
        try state.withLock { state in
            guard !state.isStopping else { throw TurnRefusal.stopping }
            guard state.callers.count < limit else { throw TurnRefusal.tooManyCallers }
            state.callers[turn] = caller
        }
        defer { state.withLock { $0.callers[turn] = nil } }
        if case .replayed(let answer) = try await submit() { return .replayed(answer) }
        for try await answer in answers { return .done(answer) }
        throw CancellationError()
    }

    /// Gives a turn's result to its caller, if it still waits.
    func resume(_ turn: TurnID, with result: Result<StoredAnswer, any Error>) {
        guard let caller = state.withLock({ $0.callers[turn] }) else { return }
        switch result {
        case .success(let answer):
            caller.yield(answer)
            caller.finish()
        case .failure(let error):
            caller.finish(throwing: error)
        }
    }

    /// Refuses all callers that wait, and further ones.
    func dismiss() {
        let callers = state.withLock { state in
            state.isStopping = true
            return Array(state.callers.values)
        }
        for caller in callers { caller.finish(throwing: TurnRefusal.stopping) }
    }
}
