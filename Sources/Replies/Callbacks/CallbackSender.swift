package import AssistantsStore
package import Logging
package import PrometheusMetrics
package import Secrets
import ServiceLifecycle

/// Delivers callbacks: each at least once, again and again until it is received or its time is over. Then it is kept as
/// failed, for somebody to see and resend.
package final class CallbackSender: Service {
    private let store: any Store
    private let sealingKey: Result<SealingKey, any Error>
    private let options: CallbackOptions
    private let logger: Logger
    private let delivered: Counter
    private let givenUp: Counter
    private let loop: JobLoop

    /// - Parameters:
    ///   - sealingKey: what the accounts' auth tokens are sealed with, which callbacks are signed with.
    ///   - metrics: get the numbers of webhooks delivered and given up.
    package init(
        store: any Store,
        sealingKey: Result<SealingKey, any Error>,
        options: CallbackOptions = CallbackOptions(),
        metrics: MetricsRegistry = MetricsRegistry(),
        logger: Logger
    ) {
        self.store = store
        self.sealingKey = sealingKey
        self.options = options
        self.logger = logger
        delivered = metrics.counter(
            "understudy_webhooks_delivered_total",
            "Webhooks that their receivers accepted, sent by this server."
        )
        givenUp = metrics.counter(
            "understudy_webhooks_given_up_total",
            "Webhooks that this server gave up on: their last attempt failed, or they cannot be sent."
        )
        loop = JobLoop(logger: logger)
    }

    /// The URLs that can be called.
    package func url(_ text: String) throws(CallbackURL.Invalid) -> CallbackURL {
        try CallbackURL(text, addresses: options.addresses)
    }

    /// Has callbacks looked for at once.
    func wake() {
        loop.wake()
    }

    package func run() async throws {
        // Twice the time of an attempt, so that no attempt is repeated while it is under way.
        let lease = options.attemptTime * 2
        await cancelWhenGracefulShutdown {
            await self.loop.run(limit: self.options.maximumRunning) { count in
                try await self.store.takeCallbacks(limit: count, lease: lease)
            } work: { callback in
                await self.deliver(callback)
            }
        }
    }

    private func deliver(_ callback: Callback) async {
        let attempt: CallbackAttempt
        let start = ContinuousClock.now
        do {
            let sealed = try await store.sealedAuthToken(of: callback.account)
            let token = try sealingKey.get().open(sealed)
            let delivery = CallbackDelivery(addresses: options.addresses, timeout: options.attemptTime)
            try await delivery.deliver(callback.content, token: token)
            attempt = .delivered
            delivered.add()
        } catch is CancellationError {
            attempt = .failed(error: "the server stopped", delay: .zero)
        } catch let failure as CallbackDelivery.Failure {
            attempt = next(after: failure.reason, of: callback, at: start)
        } catch {
            attempt = next(after: "it cannot be signed: \(error)", of: callback, at: start)
        }
        // In a task of its own, because a stop cancels this one, and a webhook that was delivered would be sent again.
        let recording = Task { [store] in try await store.record(attempt, of: callback) }
        do {
            try await recording.value
            // Otherwise it is tried again, and perhaps given up again.
            if case .givenUp = attempt { givenUp.add() }
        } catch {
            logger.error(
                "Cannot record an attempt; the webhook may be sent again: \(error)",
                metadata: metadata(of: callback)
            )
        }
    }

    /// Whether a callback is tried again after an attempt that failed, and when.
    /// - Parameter start: of the attempt.
    private func next(
        after error: String,
        of callback: Callback,
        at start: ContinuousClock.Instant
    ) -> CallbackAttempt {
        let delay = options.delay(afterAttempt: callback.attempts)
        guard callback.age + start.duration(to: .now) + delay < options.retryTime else {
            logger.error("Gave up on a webhook: \(error)", metadata: metadata(of: callback))
            return .givenUp(error: error)
        }
        logger.info("Retrying a webhook later: \(error)", metadata: metadata(of: callback))
        return .failed(error: error, delay: delay)
    }

    private func metadata(of callback: Callback) -> Logger.Metadata {
        ["webhook": .stringConvertible(callback.number), "attempt": .stringConvertible(callback.attempts)]
    }
}
