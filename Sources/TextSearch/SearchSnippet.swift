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
        var text = text
        guard let snippet = text.withUTF8({ Self(of: $0, matching: pattern) }) else { return nil }
        self = snippet
    }

    /// - Parameter utf8: well-formed.
    private init?(of utf8: UnsafeBufferPointer<UInt8>, matching pattern: SearchPattern) {
        var matcher = SearchMatcher(pattern)
        let found = matcher.occurrences(in: utf8, within: Self.maximumLength)
        guard let first = found.first else { return nil }
        let scalars = Scalars(of: utf8, around: first.lowerBound)
        let before = max(Self.maximumLength - first.count, 0) / 2
        var start = max(first.lowerBound - before, 0)
        var end = min(start + Self.maximumLength, scalars.end)
        start = min(start, max(end - Self.maximumLength, 0))
        // What people see as one character is not cut, unless it is within what was found.
        while start > 0, start < first.lowerBound, scalars.isContinued(at: start) { start += 1 }
        while end < scalars.end, end > first.upperBound, scalars.isContinued(at: end) { end -= 1 }
        text = String(decoding: scalars.utf8(start..<end), as: UTF8.self)
        offset = start
        ranges = Self.merged(found.map { $0.clamped(to: start..<end) }.filter { !$0.isEmpty })
            .map { $0.lowerBound - start..<$0.upperBound - start }
    }

    /// Where the scalars of a part of a text begin in it. A snippet needs no others.
    private struct Scalars {
        /// Longer characters may be cut.
        private static let longestCharacter = 32

        private let text: UnsafeBufferPointer<UInt8>
        /// The first scalar of the part.
        private let first: Int
        /// In bytes: the scalars of the part, and the end of the last one.
        private var starts: [Int] = []

        /// - Parameter center: a scalar, with as many before it and behind it as a snippet can have.
        init(of text: UnsafeBufferPointer<UInt8>, around center: Int) {
            self.text = text
            first = max(center - maximumLength - Self.longestCharacter, 0)
            let last = center + 2 * maximumLength
            starts.reserveCapacity(last - first + 1)
            var scalar = 0
            for index in text.indices where text[index] & 0xC0 != 0x80 {
                if scalar >= first { starts.append(index) }
                // One more than the last.
                if scalar > last { return }
                scalar += 1
            }
            starts.append(text.count)
        }

        /// The end of the part, or of the text.
        var end: Int { first + starts.count - 1 }

        func utf8(_ range: Range<Int>) -> Slice<UnsafeBufferPointer<UInt8>> {
            text[starts[range.lowerBound - first]..<starts[range.upperBound - first]]
        }

        /// Whether a scalar belongs to the character of those before it.
        func isContinued(at index: Int) -> Bool {
            let start = starts[index - first]
            // Of ASCII, only a line feed belongs to what is before it: a carriage return.
            if text[start] < 0x80, text[start - 1] < 0x80 { return text[start] == 0x0A && text[start - 1] == 0x0D }
            let part = String(decoding: utf8(max(index - Self.longestCharacter, first)..<index + 1), as: UTF8.self)
            return (part.last?.unicodeScalars.count ?? 1) > 1
        }
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
