/// What somebody looks for in texts: words, phrases, and beginnings of words. docs/listing.md describes the language.
///
/// A phrase, or a word that the tokenizer cuts into several, is found within one text; different terms may be in different ones.
///
/// A class, because filters are copied often and most have no query.
package final class SearchQuery: Equatable, Sendable {
    /// What stands between spaces, or in quotation marks.
    struct Term: Equatable, Sendable {
        /// One or more, that must follow each other.
        var words: [[UInt32]]
        /// Whether the last one is only the beginning of a word.
        var isPrefix = false
        /// Whether it must be absent.
        var isExcluded = false
    }

    /// How many words a query may have: matching keeps a bit for each.
    package static let maximumWordCount = 64

    /// In scalars.
    package static let maximumLength = 1_000

    /// Each once, at least one of them not excluded.
    let terms: [Term]
    /// What texts are compared with.
    package let pattern: SearchPattern

    /// - Throws: `SearchQueryError`.
    package init(_ text: String) throws(SearchQueryError) {
        var parser = SearchQueryParser(text)
        terms = try parser.terms()
        pattern = SearchPattern(terms)
    }

    package static func == (left: SearchQuery, right: SearchQuery) -> Bool { left.terms == right.terms }

    /// The same for every way of writing the same terms in the same order.
    package var canonicalText: String {
        terms.map { term in
            let words = term.words.map { word in String(String.UnicodeScalarView(word.compactMap(Unicode.Scalar.init)))
            }
            return "\(term.isExcluded ? "-" : "")\"\(words.joined(separator: " "))\"\(term.isPrefix ? "*" : "")"
        }.joined(separator: " ")
    }
}

/// Why a text is no query.
package struct SearchQueryError: Error, Equatable {
    /// In scalars; 1 is the first.
    package let position: Int
    /// In words that continue a sentence.
    package let reason: String
}

/// Reads a query from its beginning to its end.
struct SearchQueryParser {
    private let scalars: [Unicode.Scalar]
    private var index = 0

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
    }

    mutating func terms() throws(SearchQueryError) -> [SearchQuery.Term] {
        guard scalars.count <= SearchQuery.maximumLength else {
            throw error(at: SearchQuery.maximumLength, "there are more than 1,000 characters: leave some out")
        }
        var terms: [SearchQuery.Term] = []
        var firstExcluded: Int?
        var wordCount = 0
        while skipSpaces() {
            let start = index
            let isExcluded = scalars[index] == "-" && index + 1 < scalars.count && !isSpace(scalars[index + 1])
            if isExcluded { index += 1 }
            var term = try scalars[index] == "\"" ? phrase() : word()
            term.isExcluded = isExcluded
            guard !term.words.isEmpty, !terms.contains(term) else { continue }
            if isExcluded, firstExcluded == nil { firstExcluded = start }
            wordCount += term.words.count
            guard wordCount <= SearchQuery.maximumWordCount else {
                throw error(at: start, "there are more than \(SearchQuery.maximumWordCount) words: leave some out")
            }
            terms.append(term)
        }
        guard terms.contains(where: { !$0.isExcluded }) else {
            throw error(
                at: firstExcluded ?? 0,
                firstExcluded == nil
                    ? "there is no word to look for: give letters or digits"
                    : "there is no word to look for: give one beside what must be absent"
            )
        }
        return terms
    }

    private mutating func phrase() throws(SearchQueryError) -> SearchQuery.Term {
        let start = index
        guard let end = scalars[(start + 1)...].firstIndex(of: "\"") else {
            throw error(at: start, "the quotation mark is not closed")
        }
        index = end + 1
        guard index == scalars.count || scalars[index] != "*" else {
            throw error(at: index, "the asterisk must follow a word")
        }
        return SearchQuery.Term(words: words(start + 1..<end).words)
    }

    private mutating func word() throws(SearchQueryError) -> SearchQuery.Term {
        let start = index
        while index < scalars.count, !isSpace(scalars[index]), scalars[index] != "\"" { index += 1 }
        guard let asterisk = scalars[start..<index].firstIndex(of: "*") else {
            return SearchQuery.Term(words: words(start..<index).words)
        }
        guard asterisk == index - 1 else { throw error(at: asterisk, "the asterisk must be at the end of a word") }
        let (words, end) = words(start..<asterisk)
        guard let last = words.last, end == asterisk, last.count >= 2 || (words.count >= 2 && isWholeWord(last[0]))
        else {
            throw error(at: asterisk, "the asterisk must follow at least two letters or digits")
        }
        return SearchQuery.Term(words: words, isPrefix: true)
    }

    /// - Returns: also where the last word ends.
    private func words(_ range: Range<Int>) -> (words: [[UInt32]], end: Int) {
        var text = String(String.UnicodeScalarView(scalars[range]))
        return text.withUTF8 { utf8 in
            var words: [[UInt32]] = []
            var end = range.lowerBound
            var tokenizer = Tokenizer()
            tokenizer.forEachWord(in: utf8) { word, place in
                words.append(word.indices.map { word[$0] })
                end = range.lowerBound + place.upperBound
                return true
            }
            return (words, end)
        }
    }

    /// Whether only marks can continue a word that begins with this scalar.
    private func isWholeWord(_ scalar: UInt32) -> Bool {
        var isWhole = false
        FoldedScalars.block(of: scalar).forEach(of: scalar) { isWhole = $0.part == .single }
        return isWhole
    }

    /// - Returns: whether anything is left.
    private mutating func skipSpaces() -> Bool {
        while index < scalars.count, isSpace(scalars[index]) { index += 1 }
        return index < scalars.count
    }

    private func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

    private func error(at index: Int, _ reason: String) -> SearchQueryError {
        SearchQueryError(position: index + 1, reason: reason)
    }
}
