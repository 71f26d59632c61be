import Synchronization

/// How long a message's representation has been of late, so that a page gets the room that it needs at once: room that grows
/// is copied again and again, and room that is not used costs too.
final class UsualLength: Sendable {
    /// In bytes.
    private let average = Atomic<Int>(512)
    /// How many messages room is made for at once; SDKs ask for 1,000 where there are few.
    private static let maximumCount = 100
    /// In bytes: what others' long messages can make a page of short ones cost.
    private static let maximumCapacity = 1 << 20

    /// In bytes: for a page of so many messages, with a little more.
    func capacity(for count: Int) -> Int {
        let usual = 1_024 + average.load(ordering: .relaxed) * min(count, Self.maximumCount) * 9 / 8
        return min(usual, Self.maximumCapacity)
    }

    /// Takes a page into the average. Where two do so at once, one of them may be lost.
    func note(_ length: Int, of count: Int) {
        guard count > 0 else { return }
        let old = average.load(ordering: .relaxed)
        average.store(old + (length / count - old) / 8, ordering: .relaxed)
    }
}
