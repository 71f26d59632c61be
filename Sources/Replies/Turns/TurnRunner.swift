package import AssistantsStore
package import Logging
import ServiceLifecycle
import Synchronization

/// Takes turns: has the user's message stored, the model asked, and the reply stored.
///
/// A turn is kept in the store from its acceptance to its end, so that it comes to one whatever happens to this process:
/// another one, or the next, takes it up. Turns of a session are taken one at a time, in the order of their arrival.
package final class TurnRunner: Service {
    private typealias Waiter = AsyncThrowingStream<StoredAnswer, any Error>.Continuation

    private struct State {
        /// Who waits for a turn's answer.
        var waiters: [TurnID: Waiter] = [:]
        /// The turns that are being taken.
        var running: Set<TurnID> = []
        var cutReplies: [Reply.Cut: Int] = [:]
        /// Turns whose ends could not be stored, not even as failures. Begun again, they are ended without asking the model.
        var unended: Set<TurnID> = []
        /// Whether nobody may wait any more.
        var isStopping = false
    }

    private let store: any Store
    private let model: Model
    private let prompts: PromptBuilder
    private let callbacks: CallbackSender
    private let options: TurnOptions
    private let answer: @Sendable (Turn, TurnOutcome) -> StoredAnswer
    private let logger: Logger
    /// Internal for tests.
    let worker = WorkerID.unique()
    private let loop: JobLoop
    private let state = Mutex(State())

    /// - Parameter answer: makes what the caller of a turn is answered with.
    package init(
        store: any Store,
        model: Model,
        callbacks: CallbackSender,
        options: TurnOptions = TurnOptions(),
        logger: Logger,
        answer: @escaping @Sendable (Turn, TurnOutcome) -> StoredAnswer
    ) {
        self.store = store
        self.model = model
        self.callbacks = callbacks
        self.options = options
        self.answer = answer
        self.logger = logger
        prompts = PromptBuilder(store: store, historyLimit: options.historyLimit, historyRows: options.historyRows)
        loop = JobLoop(pollInterval: options.pollInterval, logger: logger)
    }

    // MARK: Callers

    /// Submits a turn and waits for its answer. If the caller goes away, the turn continues.
    /// - Throws: `TurnRefusal`, `StoreError`.
    package func submit(
        _ turn: NewTurn,
        in account: AccountSID,
        once request: IdempotentRequest?
    ) async throws -> IdempotentResult<StoredAnswer> {
        let (answers, waiter) = AsyncThrowingStream.makeStream(of: StoredAnswer.self)
        try state.withLock { state in
            guard !state.isStopping else { throw TurnRefusal.stopping }
            guard state.waiters.count < options.maximumCallers else { throw TurnRefusal.tooManyCallers }
            state.waiters[turn.id] = waiter
        }
        defer { state.withLock { $0.waiters[turn.id] = nil } }
        let once = request.map { IdempotentWrite<SessionID>($0) { _ in nil } }
        if case .replayed(let answer) = try await accept(turn, in: account, once) { return .replayed(answer) }
        for try await answer in answers { return .done(answer) }
        throw CancellationError()
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
    package var callers: Int { state.withLock(\.waiters.count) }
    /// How many turns are being taken.
    package var running: Int { state.withLock(\.running.count) }

    /// How many replies have been cut off for this reason.
    package func cutReplies(_ cut: Reply.Cut) -> Int { state.withLock { $0.cutReplies[cut, default: 0] } }

    /// Answers those who wait that the server stops; their turns go on at its next start. Nobody may wait any more.
    package func dismissCallers() {
        let waiters = state.withLock { state in
            state.isStopping = true
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.finish(throwing: TurnRefusal.stopping) }
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
            // The server stops; whoever comes next takes the turn up.
        } catch StoreError.turnLost {
            logger.warning("a turn was not ended here: another worker has it", metadata: ["turn": "\(turn.id)"])
            tell(turn.id, .failure(StoreError.turnLost))
        } catch {
            state.withLock { _ = $0.unended.insert(turn.id) }
            logger.log(
                level: isRetry ? .debug : .error,
                "a turn cannot be ended; trying again whenever its lease has run out: \(error)",
                metadata: ["turn": "\(turn.id)"]
            )
            tell(turn.id, .failure(error))
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
            let (assistant, prompt) = try await whenAvailable("read", turn) {
                let assistant = try await store.assistant(turn.assistantID, in: turn.account).details
                return (assistant, try await prompts.prompt(for: turn, at: message, of: assistant))
            }
            let reply = try await model.reply(to: prompt, from: assistant.model)
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
    private func failure(_ error: any Error, of turn: Turn) -> TurnOutcome {
        switch error {
        case StoreError.notFound(.session), StoreError.cursorOfAnotherSession:
            return .failure("The session was deleted before the reply came")
        case StoreError.notFound(.assistant):
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

    /// Ends a turn, with a failure where its reply cannot be stored.
    /// - Throws: as `finish`.
    private func end(_ turn: Turn, with outcome: TurnOutcome) async throws {
        do {
            try await finish(turn, with: outcome)
        } catch  where isFault(error) {
            if case .failure(let reason) = failure(error, of: turn) { try await fail(turn, because: reason) }
        }
    }

    /// Ends a turn as failed. If not even that can be stored, the turn alone is removed, so that its session can continue.
    /// - Throws: as `finish`.
    private func fail(_ turn: Turn, because reason: String, logLevel: Logger.Level = .error) async throws {
        do {
            try await finish(turn, with: .failure(reason))
        } catch  where isFault(error) {
            logger.log(
                level: logLevel,
                "a turn's failure cannot be stored for its caller or webhook: \(error)",
                metadata: ["turn": "\(turn.id)"]
            )
            try await finish(turn, with: TurnEnd(reply: nil, answer: nil, callback: nil))
            tell(turn.id, .failure(error))
        }
    }

    /// Whether another end of the turn may be stored where this error came of one.
    private func isFault(_ error: any Error) -> Bool {
        if case StoreError.turnLost = error { return false }
        return !Task.isCancelled && !(error is CancellationError)
    }

    /// Stores the outcome of a turn as its end, and tells its caller.
    private func finish(_ turn: Turn, with outcome: TurnOutcome) async throws {
        let answer = answer(turn, outcome)
        let callback = turn.webhook.map { url in
            NewCallback(
                url: url,
                body: CallbackBody(turn, outcome).formEncoded,
                idempotencyToken: turn.id.text
            )
        }
        let reply: Reply? = if case .reply(let reply) = outcome { reply } else { nil }
        let end = TurnEnd(reply: reply?.content, meta: reply?.meta, answer: answer, callback: callback)
        try await finish(turn, with: end)
        tell(turn.id, .success(answer))
    }

    /// Stores the end of a turn. A reply that is there is not given up while the database is unavailable.
    /// - Throws: `StoreError`, `CancellationError`.
    private func finish(_ turn: Turn, with end: TurnEnd) async throws {
        try await whenAvailable("stored", turn) {
            // In a task of its own, for a server that stops does not give up a reply that is there.
            try await Task { [store, worker] in try await store.finish(turn.id, as: worker, with: end) }.value
        }
    }

    /// Repeats what fails while the database is unavailable, until it is available again. The turn's caller is told of the
    /// first failure, and does not wait.
    /// - Throws: what `operation` does, but for `unavailable`; `CancellationError`.
    private func whenAvailable<Value>(
        _ participle: String,
        _ turn: Turn,
        _ operation: () async throws -> Value
    ) async throws -> Value {
        var isFirst = true
        while true {
            do {
                return try await operation()
            } catch StoreError.unavailable(let cause) {
                try Task.checkCancellation()
                if isFirst {
                    logger.error(
                        "a turn could not be \(participle); trying again: \(cause)",
                        metadata: ["turn": "\(turn.id)"]
                    )
                    tell(turn.id, .failure(StoreError.unavailable(cause)))
                }
                isFirst = false
                try await Task.sleep(for: options.storeRetryDelay)
            }
        }
    }

    /// Tells who waits for a turn what came of it.
    private func tell(_ turn: TurnID, _ result: Result<StoredAnswer, any Error>) {
        guard let waiter = state.withLock({ $0.waiters[turn] }) else { return }
        switch result {
        case .success(let answer):
            waiter.yield(answer)
            waiter.finish()
        case .failure(let error):
            waiter.finish(throwing: error)
        }
    }
}
