/// The words of a message's texts as an index stores them: in UTF-8, each behind a prefix, with spaces between them. They have no other ASCII
/// than lower-case letters and digits, so a tokenizer that separates at ASCII's other characters has the same words again.
///
/// An index proposes messages, and `SearchMatcher` decides. So it may confuse words, but not lack any.
package struct SearchTerms {
    /// In scalars: longer words are cut.
    package static let maximumLength = 64

    /// Changes whenever a text gets other words, so that an index with the previous ones is built again.
    package static let version = 1

    private let prefix: [UInt8]
    private var tokenizer = Tokenizer()
    package private(set) var utf8: [UInt8] = []

    /// - Parameter prefix: lower-case ASCII letters and digits.
    package init(prefix: String) {
        self.prefix = Array(prefix.utf8)
    }

    /// Adds the words of a text.
    package mutating func add(_ text: UnsafeBufferPointer<UInt8>) {
        var terms = utf8
        // Not two references while it grows.
        utf8 = []
        let prefix = prefix
        tokenizer.forEachWord(in: text) { word, _ in
            if !terms.isEmpty { terms.append(UInt8(ascii: " ")) }
            terms += prefix
            for index in 0..<min(word.count, Self.maximumLength) { terms.append(scalar: word[index]) }
            return true
        }
        utf8 = terms
    }
}

extension [UInt8] {
    fileprivate mutating func append(scalar value: UInt32) {
        if value < 0x80 {
            append(UInt8(value))
        } else if let scalar = Unicode.Scalar(value), let encoded = UTF8.encode(scalar) {
            append(contentsOf: encoded)
        }
    }
}

extension SearchQuery {
    /// What an index must have of every message that matches.
    package struct RequiredTerms: Sendable {
        /// As `SearchTerms` has them, without their prefix.
        package fileprivate(set) var words: Set<String> = []
        /// Beginnings of such words.
        package fileprivate(set) var beginnings: Set<String> = []
    }

    package var requiredTerms: RequiredTerms {
        var required = RequiredTerms()
        for term in terms where !term.isExcluded {
            for (index, word) in term.words.enumerated() {
                var utf8: [UInt8] = []
                for scalar in word.prefix(SearchTerms.maximumLength) { utf8.append(scalar: scalar) }
                let text = String(decoding: utf8, as: UTF8.self)
                let isBeginning = term.isPrefix && index == term.words.count - 1
                // A word that was cut is as long as a beginning can be.
                if isBeginning, word.count < SearchTerms.maximumLength {
                    required.beginnings.insert(text)
                } else {
                    required.words.insert(text)
                }
            }
        }
        return required
    }
}
