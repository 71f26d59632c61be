import IPAddresses
import Synchronization

/// Logins that failed in the last minute, by the address that they came from: an address that guesses is told to wait.
///
/// Credentials that are right are never held up, wherever they come from: several clients may share an address.
final class FailedLogins: Sendable {
    /// How many are let off in a minute.
    static let maximum = 9
    static let window: Duration = .seconds(60)
    /// How many addresses are remembered; those whose minute is over make room for further ones, once a second.
    static let capacity = 10_000

    private struct State {
        /// The moments of each address' last failures, oldest first.
        var failures: [UInt128: [ContinuousClock.Instant]] = [:]
        var sweep = SweepTimer()
    }

    private let state = Mutex(State())

    /// Notes a failure, and returns how long its client is to wait where it has had as many as are let off.
    func note(from address: IPAddress, at now: ContinuousClock.Instant) -> Duration? {
        state.withLock { state in
            let network = Self.network(of: address)
            var recent = (state.failures[network] ?? []).filter { $0 + Self.window > now }
            if recent.count >= Self.maximum { return recent[0] + Self.window - now }
            recent.append(now)
            if state.failures[network] == nil, state.failures.count >= Self.capacity {
                if state.sweep.isDue(at: now) {
                    state.failures = state.failures.filter { $0.value.last.map { $0 + Self.window > now } ?? false }
                }
                // As many strangers as that are not held up by their addresses.
                guard state.failures.count < Self.capacity else { return nil }
            }
            state.failures[network] = recent
            return nil
        }
    }

    /// An IPv6 client controls all of its /64 network, so the network counts as one address.
    private static func network(of address: IPAddress) -> UInt128 {
        address.isIPv4 ? address.bits : (address.bits >> 64) << 64
    }
}
