/// Bounds the bytes of a page's items, so that a page of long ones is short.
package struct PageBudget: Sendable {
    /// How many bytes the items may take together.
    package let bytes: Int
    /// How many each takes beside its texts.
    package let overhead: Int

    /// - Parameters:
    ///   - bytes: the default is far more than a page of 50 usually takes.
    ///   - overhead: the default is what the keys of a message's JSON take, and a little more.
    package init(bytes: Int = 8 << 20, overhead: Int = 256) {
        self.bytes = bytes
        self.overhead = overhead
    }
}

/// What is left of a page's budget while its items are read, nearest to the cursor first.
package struct PageRoom: ~Copyable {
    private var left: Int
    private let overhead: Int
    private var isEmpty = true

    package init(_ budget: PageBudget) {
        left = budget.bytes
        overhead = budget.overhead
    }

    /// Whether an item fits beside those before it. The first always does: without it, a walk would not get past it.
    /// - Parameter length: how many bytes its texts take at most.
    package mutating func takes(_ length: Int) -> Bool {
        left -= length + overhead
        guard left >= 0 || isEmpty else { return false }
        isEmpty = false
        return true
    }
}
