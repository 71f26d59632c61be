/// How many messages go into one transaction: found by watching how long the last one took, with room for one that takes
/// twice as long.
struct TransactionSize {
    private(set) var messages = 32
    /// However quick the disk is, a transaction's messages stay in memory.
    static let maximumBytes = 1 << 20

    /// What a transaction should take, from the lower to the upper bound.
    private let duration: (lower: Duration, upper: Duration)

    /// - Parameter hasOneWriter: whether a transaction keeps everybody from writing, so that none may do so for 50 ms. Else it keeps
    ///   only writers to its own sessions waiting, and may last longer: its end waits for the disk, however short it is.
    init(hasOneWriter: Bool) {
        duration = hasOneWriter ? (.milliseconds(8), .milliseconds(20)) : (.milliseconds(80), .milliseconds(200))
    }

    mutating func adapt(to duration: Duration) {
        if duration > self.duration.upper {
            messages = max(messages / 2, 1)
        } else if duration < self.duration.lower {
            messages = min(messages * 2, 4_096)
        }
    }
}
