import TextEncodings

/// What follows the host in a URL: path and query.
enum URLTarget {
    /// The only form of a target that neither Foundation nor a validator changes.
    /// - Parameter given: empty, or from the `/`, `\`, or `?` that ends the host.
    static func normalized(_ given: Substring.UTF8View) -> String {
        let path = given.prefix { $0 != UInt8(ascii: "?") }
        let query = encode(given[path.endIndex...].dropFirst()) { isAllowed($0) && $0 != UInt8(ascii: "'") }
        let slashes = path.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
        var target = withoutDotSegments(encode(slashes) { isAllowed($0) && $0 != UInt8(ascii: "?") })
        if hasEmptyParameter(target) { target = target.dropLast() + "%3B" }
        return query.isEmpty ? target : "\(target)?\(query)"
    }

    /// Encodes what is not allowed, and every percent sign that begins no escape.
    private static func encode(_ text: some Collection<UInt8>, leaving isAllowed: (UInt8) -> Bool) -> String {
        var encoded: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            let isEscape = byte == UInt8(ascii: "%") && rest.prefix(2).compactMap(Hexadecimal.value).count == 2
            if isEscape || isAllowed(byte) {
                encoded.append(byte)
            } else {
                PercentEncoding.appendEscape(of: byte, to: &encoded)
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// - Parameter path: of ASCII; one that does not begin with a slash is empty.
    private static func withoutDotSegments(_ path: String) -> String {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        var kept: [Substring] = []
        for (index, segment) in zip(segments.indices, segments) {
            let dots = segment.lowercased().replacing("%2e", with: ".")
            guard dots == "." || dots == ".." else {
                kept.append(segment)
                continue
            }
            if dots == ".." { _ = kept.popLast() }
            if index == segments.indices.last { kept.append("") }
        }
        return "/" + kept.joined(separator: "/")
    }

    /// Whether the last segment has one semicolon, at its end. Python's `urlparse`, which the vendor's validator uses,
    /// drops it.
    private static func hasEmptyParameter(_ path: String) -> Bool {
        let segment = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        return segment.firstIndex(of: ";").map { segment.index(after: $0) == segment.endIndex } ?? false
    }

    /// The characters of paths and queries (RFC 3986, section 3.4).
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~!$&'()*+,;=:@/?".utf8.contains(byte)
        }
    }
}
