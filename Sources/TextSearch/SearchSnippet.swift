/// The part of a text around the first place at which it was found. All positions are in scalars.
package struct SearchSnippet: Equatable, Sendable {
    /// How many scalars it has at most.
    package static let maximumLength = 160

    package let text: String
    /// Where it begins in the whole text.
    package let offset: Int
    /// Where words and phrases stand in it, in their order; none overlaps another.
    package let ranges: [Range<Int>]

    /// - Returns: `nil` where nothing that was looked for is in the text.
    package init?(of text: String, matching pattern: SearchPattern) {
        var matcher = SearchMatcher(pattern)
        var utf8Text = text
        let found = utf8Text.withUTF8 { matcher.occurrences(in: $0, within: Self.maximumLength) }
        guard let first = found.first else { return nil }
        let scalars = Array(text.unicodeScalars)
        let before = max(Self.maximumLength - first.count, 0) / 2
        var start = max(first.lowerBound - before, 0)
        var end = min(start + Self.maximumLength, scalars.count)
        start = min(start, max(end - Self.maximumLength, 0))
        // What people see as one character is not cut, unless it is within what was found.
        while start > 0, start < first.lowerBound, Self.isContinued(scalars, at: start) { start += 1 }
        while end < scalars.count, end > first.upperBound, Self.isContinued(scalars, at: end) { end -= 1 }
        self.text = String(String.UnicodeScalarView(scalars[start..<end]))
        offset = start
        ranges = Self.merged(found.map { $0.clamped(to: start..<end) }.filter { !$0.isEmpty })
            .map { $0.lowerBound - start..<$0.upperBound - start }
    }

    /// Whether a scalar belongs to the character of those before it.
    private static func isContinued(_ scalars: [Unicode.Scalar], at index: Int) -> Bool {
        // Longer characters may be cut.
        let longest = 32
        let before = String(String.UnicodeScalarView(scalars[max(index - longest, 0)...index]))
        return (before.last?.unicodeScalars.count ?? 1) > 1
    }

    private static func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var merged: [Range<Int>] = []
        for range in ranges.sorted(by: { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }) {
            if let last = merged.last, range.lowerBound < last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }
}
