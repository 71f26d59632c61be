import Foundation

/// Bounds the work of a request for a page that has only the items that match a filter.
package struct ScanBudget: Sendable {
    /// How many items are examined at once: others get their turn before the next ones are.
    package var slice = 20_000
    /// How many bytes the items of a slice take, and one item.
    package var sliceBytes = 32 << 20
    /// How many items a request examines before it gives up finding one that matches.
    package var items = 2_000_000
    /// How long a request looks for one.
    package var duration = Duration.seconds(2)

    /// How many threads of this process may examine items beside each other.
    package static let threadCount = max(ProcessInfo.processInfo.activeProcessorCount / 2, 1)

    package init() {}

    /// What takes no longer than a page of many items: enough for most lists, and nobody waits for it.
    package static let short = {
        var budget = ScanBudget()
        budget.slice = 1_000
        budget.sliceBytes = 1 << 20
        budget.items = budget.slice
        return budget
    }()

    /// Whether a slice is no more than `short`'s.
    package var isShort: Bool { slice <= Self.short.slice && sliceBytes <= Self.short.sliceBytes }
}
