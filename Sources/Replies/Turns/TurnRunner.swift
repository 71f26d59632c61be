package import AssistantsStore
package import Logging
package import PrometheusMetrics
import ServiceLifecycle
import Synchronization

/// Takes turns: has the user's message stored, the model asked, and the reply stored.
///
/// A turn is kept in the store from its acceptance to its end, so that it comes to one whatever happens to this process:
/// another one, or the next, takes it up. Turns of a session are taken one at a time, in the order of their arrival.
package final class TurnRunner: Service {
    private struct State {
        /// The turns that are being taken.
        var running: Set<TurnID> = []
        var cutReplies: [Reply.Cut: Int] = [:]
        /// Turns whose ends could not be stored, not even as failures. Begun again, they are ended without asking the model.
        var unended: Set<TurnID> = []
    }

    let store: any Store
    let options: TurnOptions
    let answer: @Sendable (Turn, TurnOutcome) -> StoredAnswer
    let logger: Logger
    let worker = WorkerID.unique()
    let waitingCallers: WaitingCallers
    private let model: Model
    private let modelMetrics: ModelMetrics
    private let prompts: PromptBuilder
    private let callbacks: CallbackSender
    private let loop: JobLoop
    private let state = Mutex(State())

    /// - Parameters:
    ///   - metrics: get those of the requests to the model.
    ///   - answer: makes what the caller of a turn is answered with.
    package init(
        store: any Store,
        model: Model,
        callbacks: CallbackSender,
        options: TurnOptions = TurnOptions(),
        metrics: MetricsRegistry = MetricsRegistry(),
        logger: Logger,
        answer: @escaping @Sendable (Turn, TurnOutcome) -> StoredAnswer
    ) {
        self.store = store
        self.model = model
        modelMetrics = ModelMetrics(registry: metrics)
        self.callbacks = callbacks
        self.options = options
        self.answer = answer
        self.logger = logger
        prompts = PromptBuilder(store: store, historyLimit: options.historyLimit, historyRows: options.historyRows)
        loop = JobLoop(pollInterval: options.pollInterval, logger: logger)
        waitingCallers = WaitingCallers(limit: options.maximumCallers)
    }

    // MARK: Callers

    /// Submits a turn and waits for its answer. If the caller goes away, the turn continues.
    /// - Throws: `TurnRefusal`, `StoreError`.
    package func submit(
        _ turn: NewTurn,
        in account: AccountSID,
        once request: IdempotentRequest?
    ) async throws -> IdempotentResult<StoredAnswer> {
        let once = request.map { IdempotentWrite<SessionID>($0) { _ in nil } }
        return try await waitingCallers.answer(to: turn.id) { try await accept(turn, in: account, once) }
    }

    /// Submits a turn whose reply goes to its webhook.
    package func submit(
        _ turn: NewTurn,
        in account: AccountSID,
        once: IdempotentWrite<SessionID>?
    ) async throws -> IdempotentResult<SessionID> {
        try await accept(turn, in: account, once)
    }

    private func accept(
        _ turn: NewTurn,
        in account: AccountSID,
        _ once: IdempotentWrite<SessionID>?
    ) async throws -> IdempotentResult<SessionID> {
        let result = try await store.accept(
            turn,
            in: account,
            by: worker,
            maximumWaiting: options.maximumWaiting,
            lease: options.lease,
            once: once
        )
        loop.wake()
        return result
    }

    /// How many callers wait for an answer.
    package var callers: Int { waitingCallers.count }
    /// How many turns are being taken.
    package var running: Int { state.withLock(\.running.count) }

    /// How many replies have been cut off for this reason.
    package func cutReplies(_ cut: Reply.Cut) -> Int { state.withLock { $0.cutReplies[cut, default: 0] } }

    /// Refuses all callers that wait, and further ones. Their turns continue when the server has started again.
    package func dismissCallers() {
        waitingCallers.dismiss()
    }

    // MARK: Work

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.renewLeases() }
                await self.loop.run(limit: self.options.maximumRunning) { count in
                    let turns = try await self.store.beginTurns(
                        as: self.worker,
                        limit: count,
                        lease: self.options.lease,
                        at: .now
                    )
                    // A lease may have run out while the turn was being taken here.
                    return turns.filter { turn in self.state.withLock { $0.running.insert(turn.id).inserted } }
                } work: { turn in
                    await self.run(turn)
                    self.state.withLock { _ = $0.running.remove(turn.id) }
                }
            }
        }
        do {
            try await store.releaseTurns(of: worker)
        } catch {
            logger.error("turns could not be released; they are taken up when their leases end: \(error)")
        }
    }

    private func renewLeases() async {
        while (try? await Task.sleep(for: options.lease / 4)) != nil {
            do {
                try await store.renewTurns(state.withLock(\.running), of: worker, lease: options.lease)
            } catch {
                logger.error("the leases of turns could not be renewed: \(error)")
            }
        }
    }

    private func run(_ turn: Turn) async {
        let isRetry = state.withLock { $0.unended.remove(turn.id) != nil }
        do {
            if isRetry {
                try await fail(turn, because: "The reply could not be stored", logLevel: .debug)
            } else {
                try await end(turn, with: try await outcome(of: turn))
            }
            if turn.webhook != nil { callbacks.wake() }
        } catch is CancellationError {
            // The server stops; the next worker takes the turn up.
        } catch StoreError.turnLost {
            logger.warning("a turn was not ended here: another worker has it", metadata: ["turn": "\(turn.id)"])
            waitingCallers.resume(turn.id, with: .failure(StoreError.turnLost))
        } catch {
            state.withLock { _ = $0.unended.insert(turn.id) }
            logger.log(
                level: isRetry ? .debug : .error,
                "a turn cannot be ended; trying again whenever its lease has run out: \(error)",
                metadata: ["turn": "\(turn.id)"]
            )
            waitingCallers.resume(turn.id, with: .failure(error))
        }
    }

    /// - Throws: `CancellationError` where the server stops.
    private func outcome(of turn: Turn) async throws -> TurnOutcome {
        do {
            guard !turn.isDamaged else {
                logger.error(
                    "a turn fails: its row in the database or its session is damaged, or the row is of a newer version",
                    metadata: ["turn": "\(turn.id)"]
                )
                return .failure(
                    "The message cannot be answered: the server's record of it, or its session, is damaged. Use a new session"
                )
            }
            guard let message = turn.message else {
                return .failure("The message could not be stored: its session was deleted or is full")
            }
            let (assistant, prompt) = try await whenAvailable("a turn could not be read", turn) {
                let assistant = try await store.assistant(turn.assistantID, in: turn.account).details
                return (assistant, try await prompts.prompt(for: turn, at: message, of: assistant))
            }
            let reply = try await model.reply(to: prompt, from: assistant.model, metrics: modelMetrics)
            note(reply.cuts, of: turn)
            return .reply(reply)
        } catch {
            // Whatever else failed, it may have failed by that.
            if Task.isCancelled { throw CancellationError() }
            return failure(error, of: turn)
        }
    }

    /// Logs and counts what keeps a reply from being complete.
    private func note(_ cuts: Set<Reply.Cut>, of turn: Turn) {
        guard !cuts.isEmpty else { return }
        state.withLock { state in for cut in cuts { state.cutReplies[cut, default: 0] += 1 } }
        logger.warning(
            "a reply was cut off",
            metadata: ["turn": "\(turn.id)", "reason": "\(cuts.map(\.rawValue).sorted().joined(separator: ", "))"]
        )
    }

    /// What the caller of a turn is told of an error, and the log.
    func failure(_ error: any Error, of turn: Turn) -> TurnOutcome {
        switch error {
        case StoreError.notFound(.session), StoreError.cursorOfAnotherSession:
            return .failure("The session was deleted before the reply came")
        case StoreError.notFound(.row(.assistant)):
            return .failure("The assistant was deleted before the reply came")
        case StoreError.sessionFull:
            return .failure("The session has as many messages as one can have")
        case let failure as ModelFailure:
            logger.warning(
                "a model gave no reply: \(failure.reason)",
                metadata: ["turn": "\(turn.id)", "detail": "\(failure.detail)"]
            )
            return .failure(failure.reason)
        default:
            logger.error("a turn failed: \(error)", metadata: ["turn": "\(turn.id)"])
            return .failure("The server failed to make a reply; its log has more")
        }
    }
}
