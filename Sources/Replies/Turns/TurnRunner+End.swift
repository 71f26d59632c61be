import AssistantsStore
import Logging

/// Ends turns, even when their replies or failures cannot be stored.
extension TurnRunner {
    /// Ends a turn, with a failure where its reply cannot be stored.
    /// - Throws: as `finish`.
    func end(_ turn: Turn, with outcome: TurnOutcome) async throws {
        do {
            try await finish(turn, with: outcome)
        } catch  where isFault(error) {
            if case .failure(let reason) = failure(error, of: turn) { try await fail(turn, because: reason) }
        }
    }

    /// Ends a turn as failed. If not even that can be stored, the turn alone is removed, so that its session can continue.
    /// - Throws: as `finish`.
    func fail(_ turn: Turn, because reason: String, logLevel: Logger.Level = .error) async throws {
        do {
            try await finish(turn, with: .failure(reason))
        } catch  where isFault(error) {
            logger.log(
                level: logLevel,
                "a turn's failure cannot be stored for its caller or webhook: \(error)",
                metadata: ["turn": "\(turn.id)"]
            )
            try await finish(turn, with: TurnEnd(reply: nil, answer: nil, callback: nil))
            waitingCallers.resume(turn.id, with: .failure(error))
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
        waitingCallers.resume(turn.id, with: .success(answer))
    }

    /// Stores the end of a turn. A reply that is there is not given up while the database is unavailable.
    /// - Throws: `StoreError`, `CancellationError`.
    private func finish(_ turn: Turn, with end: TurnEnd) async throws {
        try await whenAvailable("a turn's end could not be stored", turn) {
            // In a task of its own, for a server that stops does not give up a reply that is there.
            try await Task { [store, worker] in try await store.finish(turn.id, as: worker, with: end) }.value
        }
    }

    /// Repeats what fails while the database is unavailable, until it is available again. The turn's caller is told of the
    /// first failure, and does not wait.
    /// - Parameter failure: what it is, for the log.
    /// - Throws: what `operation` does, but for `unavailable`; `CancellationError`.
    func whenAvailable<Value>(
        _ failure: String,
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
                        "\(failure); trying again: \(cause)",
                        metadata: ["turn": "\(turn.id)"]
                    )
                    waitingCallers.resume(turn.id, with: .failure(StoreError.unavailable(cause)))
                }
                isFirst = false
                try await Task.sleep(for: options.storeRetryDelay)
            }
        }
    }
}
