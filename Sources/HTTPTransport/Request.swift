package import NIOHTTP1

/// A request, from when its head has arrived.
package struct Request: Sendable {
    package let head: HTTPRequestHead
    /// `nil` where the head announces none.
    package let body: RequestBody?
    package let connection: Connection

    package init(head: HTTPRequestHead, body: RequestBody? = nil, connection: Connection) {
        self.head = head
        self.body = body
        self.connection = connection
    }

    package var method: HTTPMethod { head.method }
    /// Path and query, as they were sent; of an absolute target (RFC 9112, section 3.2.2), without what comes before the path.
    package var target: String {
        guard head.uri.utf8.first != UInt8(ascii: "/"), let scheme = head.uri.firstRange(of: "://") else {
            return head.uri
        }
        let rest = head.uri[scheme.upperBound...]
        let path = rest.utf8.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }.map { rest[$0...] } ?? ""
        return path.utf8.first == UInt8(ascii: "/") ? String(path) : "/\(path)"
    }

    /// The value of a header. Of several, all, with a comma between each two (RFC 9110, section 5.3).
    package func header(_ name: String) -> String? {
        var value: String?
        for (other, text) in head.headers where other.isSameHeader(as: name) {
            let text = String(text[...].trimmingBlanks)
            value = value.map { "\($0), \(text)" } ?? text
        }
        return value
    }

    /// The value of a header that is given once; `nil` where it is given more than once, or not at all.
    package func onlyHeader(_ name: String) -> String? {
        var value: String?
        for (other, text) in head.headers where other.isSameHeader(as: name) {
            guard value == nil else { return nil }
            value = String(text[...].trimmingBlanks)
        }
        return value
    }

    /// All values of a header.
    package func headers(_ name: String) -> [String] {
        head.headers[name].map { String($0[...].trimmingBlanks) }
    }
}

extension HTTPRequestHead {
    /// Whether its client waits for `100 Continue` before it sends the body (RFC 9110, section 10.1.1).
    package var expectsContinue: Bool { value(of: "Expect")?.lowercased() == "100-continue" }

    /// The length of the body in bytes, where the request gives one; `Int.max` for a larger one.
    package var announcedLength: Int? { value(of: "Content-Length").map { Int($0) ?? .max } }

    /// Whether the connection can be used for another request. Not by HTTP/1.0, whose clients would have to be told; and behind
    /// what wants another protocol, the decoder reads nothing more.
    var keepsConnection: Bool {
        version != .http1_0 && isKeepAlive && method != .CONNECT && !headers.contains(name: "Upgrade")
    }

    /// Whether it says that a body follows, of whatever length.
    var announcesBody: Bool { (announcedLength ?? 0) > 0 || headers.contains(name: "Transfer-Encoding") }

    /// Whether a proxy may see a different end of the request: HTTP/1.0 has no `Transfer-Encoding` (RFC 9112, section 6.1).
    var isAmbiguous: Bool { version == .http1_0 && headers.contains(name: "Transfer-Encoding") }

    private func value(of name: String) -> Substring? { headers.first(name: name)?[...].trimmingBlanks }
}

extension String {
    /// Regardless of case. Names have letters, digits, and hyphens; the other characters are not distinguished from each other.
    fileprivate func isSameHeader(as name: String) -> Bool {
        utf8.count == name.utf8.count && zip(utf8, name.utf8).allSatisfy { $0 | 0x20 == $1 | 0x20 }
    }
}

extension Substring {
    /// Without the blanks and tabs at both ends.
    package var trimmingBlanks: Substring {
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let text = utf8.drop(while: isBlank)
        let end = text.lastIndex { !isBlank($0) }.map { text.index(after: $0) } ?? text.startIndex
        return Substring(text[..<end])
    }
}
