import AssistantsAPI
import HTTPTransport
import Logging
import Replies
import ServiceLifecycle
import UnixSignals

/// How the server stops on SIGTERM and SIGINT: `/ready` says so first, callers that wait for a reply may wait for a little, and nothing
/// delays it for long.
///
/// The last of the services, for they are stopped in the opposite order.
struct GracefulShutdown: Service {
    /// How long callers may still wait for replies.
    private static let patience = Duration.seconds(5)
    /// How long requests have to end, from when no more are accepted.
    private static let end = Duration.seconds(3)

    let listener: Listener
    let readiness: Readiness
    let turns: TurnRunner
    /// How long requests are still taken where somebody watches the server.
    let delay: Duration
    /// Called when the server is still at work `limit` and a second after the signal.
    let endProcess: @Sendable () -> Void
    let logger: Logger

    /// How long after the signal the remaining requests are cancelled.
    var limit: Duration { max(delay, Self.patience) + Self.end }

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        try await gracefulShutdown()
        let start = ContinuousClock.now
        endProcess(at: start + limit + .seconds(1))
        let isWatched = readiness.stop()
        let signal = await Self.name(of: signals)
        logger.info("Stopping", metadata: ["signal": "\(signal)"])
        if isWatched { try await Task.sleep(until: start + delay) }
        while turns.callers > 0, start.duration(to: .now) < Self.patience {
            try await Task.sleep(for: .milliseconds(50))
        }
        turns.dismissCallers()
        await listener.stopAccepting()
    }

    /// The signal that stopped the service group, which does not tell. It comes here at about the same time, or not at all if it came before
    /// `signals` was there.
    private static func name(of signals: UnixSignalsSequence) async -> String {
        await withTaskGroup(of: String?.self) { group in
            group.addTask { await signals.first { _ in true }.map { "\($0)" } }
            group.addTask {
                try? await Task.sleep(for: .milliseconds(100))
                return nil
            }
            defer { group.cancelAll() }
            return await group.next().flatMap(\.self) ?? "unknown"
        }
    }

    /// Some waits, like those for a database that hangs, cannot be cancelled.
    private func endProcess(at deadline: ContinuousClock.Instant) {
        Task.detached {
            try await Task.sleep(until: deadline)
            logger.error("Requests did not end in time; ending the process")
            endProcess()
        }
    }
}
