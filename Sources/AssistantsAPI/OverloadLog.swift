import AssistantsStore
import IPAddresses
import Logging
import Synchronization

/// Requests that were refused because of overload: a line for each would cost more than its response. In each interval a client gets a
/// line for its first one, and the next interval begins with a line for each client that was refused again, with how often.
final class OverloadLog: Sendable {
    /// Who was refused why.
    private struct Refusal: Hashable {
        let message: String
        let client: IPAddress?
        let account: AccountSID?
    }

    private struct State {
        /// Of the interval.
        var start = ContinuousClock.now
        /// Those that no line has yet.
        var counts: [Refusal: Int] = [:]
    }

    private static let interval = Duration.seconds(10)
    /// How many clients are told apart in one interval; the others share a line, which names none.
    private static let maximumClients = 1_000

    private let state = Mutex(State())
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    func record(
        _ error: APIError,
        client: IPAddress?,
        account: AccountSID?,
        at now: ContinuousClock.Instant = .now
    ) {
        for (refusal, count) in count(Refusal(message: error.message, client: client, account: account), at: now) {
            var metadata = Logger.Metadata.caller(client: refusal.client, account: refusal.account)
            metadata["refused"] = .stringConvertible(count)
            logger.warning("Refusing requests: \(refusal.message)", metadata: metadata)
        }
    }

    /// - Returns: what gets a line now.
    private func count(_ refusal: Refusal, at now: ContinuousClock.Instant) -> [Refusal: Int] {
        state.withLock { state in
            var refusal = refusal
            if state.counts[refusal] == nil, state.counts.count >= Self.maximumClients {
                refusal = Refusal(message: refusal.message, client: nil, account: nil)
            }
            let isFirst = state.counts[refusal] == nil
            state.counts[refusal, default: 0] += 1
            if now - state.start >= Self.interval {
                defer { state = State(start: now, counts: [refusal: 0]) }
                return state.counts.filter { $1 > 0 }
            }
            guard isFirst else { return [:] }
            state.counts[refusal] = 0
            return [refusal: 1]
        }
    }
}

extension Logger.Metadata {
    /// Whose request it is.
    static func caller(client: IPAddress?, account: AccountSID?) -> Self {
        var metadata: Self = [:]
        if let client { metadata["client"] = "\(client)" }
        if let account { metadata["account"] = "\(account)" }
        return metadata
    }
}
