/// A query in the form in which texts are compared with it: a bit for each word of each term (Baeza-Yates and Gonnet, "A New Approach to
/// Text Searching", 1992).
package struct SearchPattern: Sendable {
    private struct Word {
        let scalars: [UInt32]
        /// The places in the terms that it fills, and those that every word fills that begins with it.
        var exact: UInt64 = 0
        var prefix: UInt64 = 0
    }

    /// The places of the terms' first words.
    fileprivate let starts: UInt64
    /// The places of the last words of the terms that must be there, and of those that must not.
    fileprivate let included: UInt64
    fileprivate let excluded: UInt64
    /// How many words each term has, by the place of its last word.
    fileprivate let lengths: [Int]
    private let words: [Word]

    init(_ terms: [SearchQuery.Term]) {
        var (starts, included, excluded) = (UInt64(0), UInt64(0), UInt64(0))
        var lengths: [Int] = []
        var words: [Word] = []
        for term in terms {
            starts |= 1 << UInt64(lengths.count)
            for (offset, scalars) in term.words.enumerated() {
                let bit: UInt64 = 1 << UInt64(lengths.count)
                let isLast = offset == term.words.count - 1
                let index = words.firstIndex { $0.scalars == scalars } ?? words.count
                if index == words.count { words.append(Word(scalars: scalars)) }
                if isLast, term.isPrefix { words[index].prefix |= bit } else { words[index].exact |= bit }
                if isLast { if term.isExcluded { excluded |= bit } else { included |= bit } }
                lengths.append(term.words.count)
            }
        }
        (self.starts, self.included, self.excluded) = (starts, included, excluded)
        (self.lengths, self.words) = (lengths, words)
    }

    /// Whether nothing else can change whether texts match.
    /// - Parameter found: the places of the last words of the terms that have been found.
    fileprivate func isDecided(by found: UInt64) -> Bool {
        found & excluded != 0 || (excluded == 0 && found == included)
    }

    /// The places that a word fills.
    fileprivate func places(of word: Span<UInt32>) -> UInt64 {
        var places: UInt64 = 0
        for candidate in words {
            let length = candidate.scalars.count
            guard length <= word.count, length == word.count || candidate.prefix != 0,
                candidate.scalars.indices.allSatisfy({ candidate.scalars[$0] == word[$0] })
            else { continue }
            // Kana with and without a voiced sound mark are different letters.
            if length < word.count, (0x3099...0x309A).contains(word[length]) { continue }
            places |= length == word.count ? candidate.exact | candidate.prefix : candidate.prefix
        }
        return places
    }
}

/// Compares the texts of one message with a pattern.
package struct SearchMatcher {
    private let pattern: SearchPattern
    private var tokenizer = Tokenizer()
    /// The places of the last words of the terms that have been found.
    private var found: UInt64 = 0

    package init(_ pattern: SearchPattern) {
        self.pattern = pattern
    }

    /// Whether the texts that have been read match.
    package var isMatch: Bool { found & pattern.included == pattern.included && found & pattern.excluded == 0 }

    /// Whether no further text changes that.
    package var isDecided: Bool { pattern.isDecided(by: found) }

    /// Reads as much of a text as decides.
    package mutating func read(_ utf8: UnsafeBufferPointer<UInt8>) {
        var filled: UInt64 = 0
        var found = found
        let pattern = pattern
        tokenizer.forEachWord(in: utf8) { word, _ in
            filled = (filled << 1 | pattern.starts) & pattern.places(of: word)
            found |= filled & (pattern.included | pattern.excluded)
            return !pattern.isDecided(by: found)
        }
        self.found = found
    }

    /// Where terms that must be there stand in a text, by their last words: the first one, and those that begin within some distance of it.
    /// - Parameter distance: in scalars.
    /// - Returns: ranges of scalars.
    package mutating func occurrences(in utf8: UnsafeBufferPointer<UInt8>, within distance: Int) -> [Range<Int>] {
        var filled: UInt64 = 0
        var occurrences: [Range<Int>] = []
        /// Where the last words begin.
        var starts: [Int] = []
        let pattern = pattern
        tokenizer.forEachWord(in: utf8) { word, range in
            if let first = occurrences.first, range.lowerBound > first.lowerBound + distance { return false }
            if starts.count == SearchQuery.maximumWordCount { starts.removeFirst() }
            starts.append(range.lowerBound)
            filled = (filled << 1 | pattern.starts) & pattern.places(of: word)
            var ends = filled & pattern.included
            while ends != 0 {
                let length = pattern.lengths[ends.trailingZeroBitCount]
                occurrences.append(starts[starts.count - length]..<range.upperBound)
                ends &= ends - 1
            }
            return true
        }
        return occurrences
    }
}
