import TextEncodings

extension PercentEncoding {
    /// A text as one segment of a path, in the least encoding.
    static func encodeSegment(_ text: Substring) -> String {
        encode(text, leaving: isAllowedInSegment)
    }

    /// A text as the segments that its slashes make of it, in the least encoding that is read back to the same text.
    static func encodeSegments(_ text: String) -> String {
        // RFC 3986, section 5.2.4: clients remove such a segment. There is no way to keep every one of them from that.
        if isDotSegment(text[...]) { return text.replacing(".", with: "%2E") }
        guard text.utf8.contains(UInt8(ascii: "/")) else { return encodeSegment(text[...]) }
        var path = ""
        var isLastPlain = true
        // By bytes: where a mark of Unicode follows a slash, both are one character.
        let segments = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for (index, segment) in segments.map(Substring.init).enumerated() {
            let isPlain = isPlain(segment)
            if index > 0 { path += isPlain && isLastPlain ? "/" : "%2F" }
            path += encodeSegment(segment)
            isLastPlain = isPlain
        }
        return path
    }

    /// Whether a segment may stand between raw slashes: clients and proxies remove an empty one and those of dots, and
    /// `Messages` would be taken for the list.
    private static func isPlain(_ segment: Substring) -> Bool {
        !segment.isEmpty && !isDotSegment(segment) && segment != "Messages"
    }

    private static func isDotSegment(_ segment: Substring) -> Bool {
        segment == "." || segment == ".."
    }
}
