package import TextSearch

/// Where a query was found in a message's content.
package struct SearchMatch: Equatable, Sendable {
    /// The string that has it: a JSON Pointer (RFC 6901) into the content.
    package let field: String
    package let snippet: SearchSnippet
}

extension SearchQuery {
    /// - Parameter content: a JSON object.
    package func matches(_ content: RawSpan) -> Bool {
        content.withUTF8 { utf8 in
            var matcher = SearchMatcher(pattern)
            var values = JSONStringValues(utf8)
            values.forEach { value, _ in
                matcher.read(value)
                return !matcher.isDecided
            }
            return matcher.isMatch
        }
    }

    /// The first place in a content that matches.
    package func match(in content: RawSpan) -> SearchMatch? {
        content.withUTF8 { utf8 in
            var match: SearchMatch?
            var values = JSONStringValues(utf8)
            values.forEach { value, values in
                let snippet = SearchSnippet(of: String(decoding: value, as: UTF8.self), matching: pattern)
                match = snippet.map { SearchMatch(field: values.pointer, snippet: $0) }
                return match == nil
            }
            return match
        }
    }
}

extension SearchTerms {
    /// - Parameter content: a JSON object.
    package init(of content: RawSpan, prefix: String) {
        self.init(prefix: prefix)
        content.withUTF8 { utf8 in
            var values = JSONStringValues(utf8)
            values.forEach { value, _ in
                add(value)
                return true
            }
        }
    }
}

extension RawSpan {
    fileprivate func withUTF8<Value>(_ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
        withUnsafeBytes { bytes in bytes.withMemoryRebound(to: UInt8.self, body) }
    }
}
