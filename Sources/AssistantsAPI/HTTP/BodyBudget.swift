import Synchronization

/// Bounds the memory of request bodies that have not arrived completely, by what has arrived of them.
///
/// Where a part has no room, the slowest bodies are refused first: those with the fewest bytes per second since their reading began, of those
/// that have had a second. So clients that stall cannot keep others out. Where that is not enough, the part's own body is refused.
final class BodyBudget: Sendable {
    /// How long a body cannot be called slow.
    static let grace = Duration.seconds(1)

    enum Verdict {
        case fits
        /// The body was one of the slowest when there was no room.
        case tooSlow
        case noRoom
    }

    private struct Body {
        let start: ContinuousClock.Instant
        var bytes = 0
        let wake: @Sendable () -> Void

        func rate(at now: ContinuousClock.Instant) -> Double { Double(bytes) / (start.duration(to: now) / .seconds(1)) }
    }

    private struct State {
        var bodies: [Int: Body] = [:]
        var newest = 0
        var total = 0

        mutating func remove(_ number: Int) -> Body? {
            let body = bodies.removeValue(forKey: number)
            total -= body?.bytes ?? 0
            return body
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: in bytes.
    init(limit: Int) {
        self.limit = limit
    }

    /// In bytes: what has arrived of the bodies that are being received.
    var total: Int { state.withLock(\.total) }

    /// Begins to count a body.
    /// - Parameter wake: has its reader call `add` soon, for the body has been refused. Called on any thread.
    /// - Returns: its number.
    func begin(at now: ContinuousClock.Instant, wake: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            state.newest += 1
            state.bodies[state.newest] = Body(start: now, wake: wake)
            return state.newest
        }
    }

    /// Counts a part of a body that has arrived.
    func add(_ count: Int, to number: Int, at now: ContinuousClock.Instant) -> Verdict {
        let (verdict, refused) = state.withLock { state -> (Verdict, [Body]) in
            guard state.bodies[number] != nil else { return (.tooSlow, []) }
            state.bodies[number]?.bytes += count
            state.total += count
            guard state.total > limit else { return (.fits, []) }
            let refused = removeSlowest(from: &state, at: now)
            if state.bodies[number] == nil { return (.tooSlow, refused) }
            guard state.total > limit else { return (.fits, refused) }
            _ = state.remove(number)
            return (.noRoom, refused)
        }
        for body in refused { body.wake() }
        return verdict
    }

    /// Ends counting a body, which has arrived, was refused, or is given up.
    func end(_ number: Int) {
        _ = state.withLock { $0.remove(number) }
    }

    /// A little more than there must be, so that not every part has to search.
    private func removeSlowest(from state: inout State, at now: ContinuousClock.Instant) -> [Body] {
        let slowest = state.bodies.filter { $0.value.start.duration(to: now) >= Self.grace }
            .sorted { $0.value.rate(at: now) < $1.value.rate(at: now) }
        var removed: [Body] = []
        for (number, _) in slowest where state.total > limit - limit / 16 {
            if let body = state.remove(number) { removed.append(body) }
        }
        return removed
    }
}
