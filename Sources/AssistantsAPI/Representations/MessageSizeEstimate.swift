import Synchronization

/// Estimates the size of a message's representation from recent pages, so that a page's buffer is allocated once: a buffer that grows
/// is copied each time, and one that is too large costs memory.
final class MessageSizeEstimate: Sendable {
    /// In bytes.
    private let average = Atomic<Int>(512)
    /// How many messages to allocate for at most; SDKs ask for 1,000 where there are few.
    private static let maximumCount = 100
    /// In bytes: limits what other clients' long messages make a page of short ones cost.
    private static let maximumCapacity = 1 << 20

    /// In bytes: for a page of this many messages, with some room to spare.
    func capacity(for count: Int) -> Int {
        let estimate = 1_024 + average.load(ordering: .relaxed) * min(count, Self.maximumCount) * 9 / 8
        return min(estimate, Self.maximumCapacity)
    }

    /// Adds a page to the average. If two pages are added at once, one of them may be lost.
    func add(_ size: Int, of count: Int) {
        guard count > 0 else { return }
        let old = average.load(ordering: .relaxed)
        average.store(old + (size / count - old) / 8, ordering: .relaxed)
    }
}
