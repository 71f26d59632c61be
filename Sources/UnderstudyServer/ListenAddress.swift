/// A host and a port to listen on.
package struct ListenAddress: Sendable {
    package var host: String
    /// 0 takes a free one.
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `nil` where `text` is not `host:port`; an address of IPv6 stands in brackets.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        let host = text[..<colon]
        guard host.hasPrefix("[") || !host.contains(":"), let host = Self.host(String(host)) else { return nil }
        self.host = host
        self.port = Int(port)
    }

    /// A name or an address, the latter without its brackets.
    /// - Returns: `nil` if `text` is neither: a URL, a host with a port, or `*`, which the resolver takes for one address.
    package static func host(_ text: String) -> String? {
        let host = text.hasPrefix("[") && text.hasSuffix("]") ? text.dropFirst().dropLast() : text[...]
        guard !host.isEmpty, host.count(where: { $0 == ":" }) != 1,
            !host.contains(where: { $0.isWhitespace || "*/[]".contains($0) })
        else { return nil }
        return String(host)
    }

    /// Whether two sockets could not listen on both, as far as the texts say.
    package func overlaps(_ other: Self) -> Bool {
        let all = ["0.0.0.0", "::"]
        return port == other.port && (host == other.host || all.contains(host) || all.contains(other.host))
    }
}
