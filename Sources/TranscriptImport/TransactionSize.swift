/// How many messages go into one transaction, so that none holds the write lock for 50 ms: found by watching how long
/// the last one took, with room for one that takes twice as long.
struct TransactionSize {
    private(set) var messages = 32
    /// However quick the disk is, a transaction's messages stay in memory.
    static let maximumBytes = 1 << 20

    mutating func adapt(to duration: Duration) {
        if duration > .milliseconds(20) {
            messages = max(messages / 2, 1)
        } else if duration < .milliseconds(8) {
            messages = min(messages * 2, 4_096)
        }
    }
}
