import Foundation

/// Bounds the work of a request for a page that has only the items that match a filter.
package struct ScanBudget: Sendable {
    /// How many items are examined at once: others get their turn before the next ones are.
    package var slice = 20_000
    /// How many bytes of items a slice has, exceeded by at most one item.
    package var sliceBytes = 32 << 20
    /// How many items a request examines before it gives up finding one that matches.
    package var items = 2_000_000
    /// How long a request looks for one.
    package var duration = Duration.seconds(2)
    /// Whether a request that has found one continues until its page is full.
    package var fillsPage = false

    /// How many threads may examine items at once.
    package static let threadCount = max(ProcessInfo.processInfo.activeProcessorCount / 2, 1)

    package init() {}

    /// No longer than reading a large page, so that it needs no queue.
    package static let short = {
        var budget = ScanBudget()
        budget.slice = 1_000
        budget.sliceBytes = 1 << 20
        budget.items = budget.slice
        return budget
    }()

    /// For a query, which reads every word: a slice of it takes as long as one of another filter.
    package static let search = {
        var budget = ScanBudget()
        budget.slice = 2_000
        budget.sliceBytes = 2 << 20
        budget.duration = .milliseconds(200)
        budget.fillsPage = true
        return budget
    }()

    /// Whether a slice is no more than `short`'s.
    package var isShort: Bool { slice <= Self.short.slice && sliceBytes <= Self.short.sliceBytes }
}

/// How much of its `ScanBudget` a request has spent.
struct ScanProgress {
    private let budget: ScanBudget
    private let start = ContinuousClock.now
    private var examined = 0

    init(_ budget: ScanBudget) {
        self.budget = budget
    }

    mutating func addSlice() {
        examined += budget.slice
    }

    /// - Parameter isHalf: whether half of it is left for something else.
    func hasItemsLeft(isHalf: Bool = false) -> Bool {
        examined < (isHalf ? budget.items / 2 : budget.items)
    }

    /// - Parameter isHalf: whether half of it is left for something else.
    func hasTimeLeft(isHalf: Bool = false) -> Bool {
        ContinuousClock.now < start + (isHalf ? budget.duration / 2 : budget.duration)
    }
}
