import Foundation
import IPAddresses

/// Where a webhook is sent: an `http` or `https` URL of a host that may be called, in a normal form, so that the URL that
/// is stored, requested, and signed is the same to the byte.
///
/// The form is that of the WHATWG URL standard, and stricter where a parser on the way would change the URL: Foundation
/// encodes every character again when RFC 3986 does not allow one of them, and validators drop an empty query and an empty
/// parameter. Normalizing a normal form changes nothing.
package struct CallbackURL: Sendable {
    /// Why a text is not such a URL, in words that continue "it".
    package struct Invalid: Error {
        package let reason: String

        static let url = Invalid(reason: "must be an http or https URL")
    }

    private static let defaultPorts = ["http": 80, "https": 443]

    package let text: String
    /// A name or an address, the latter without brackets.
    let host: String
    /// The value of the `Host` header.
    let authority: String

    /// Looks nothing up: a name is checked when it is resolved.
    /// - Parameter maximumLength: of what is given, in bytes; `nil` where it was accepted before.
    package init(
        _ given: String,
        addresses: CallbackAddresses,
        maximumLength: Int? = 2_048
    ) throws(Invalid) {
        if let maximumLength, given.utf8.count > maximumLength {
            throw Invalid(reason: "must have \(maximumLength) bytes at most")
        }
        guard !given.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw Invalid(reason: "must not contain control characters")
        }
        let url = Self.withoutFragment(given)
        guard let colon = url.firstIndex(of: UInt8(ascii: ":")), url[colon...].starts(with: "://".utf8) else {
            throw .url
        }
        let scheme = String(decoding: url[..<colon], as: UTF8.self).lowercased()
        guard let defaultPort = Self.defaultPorts[scheme] else { throw .url }
        let rest = url[colon...].dropFirst(3)
        let given = rest.prefix { !"/\\?".utf8.contains($0) }
        let (host, port) = try Self.hostAndPort(given)
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        authority = port == defaultPort ? host : port.map { "\(host):\($0)" } ?? host
        text = "\(scheme)://\(authority)\(URLTarget.normalized(rest[given.endIndex...]))"
        // Foundation has an empty path for one that it cannot decode, and the client would request `/`.
        guard URL(string: text)?.path.isEmpty == false else {
            throw Invalid(reason: "must have a path whose percent escapes are UTF-8")
        }
        let address = HostResolver.address(writtenAs: self.host)
        // These names are loopback by RFC 6761, whatever a resolver says.
        let isLoopback = self.host.split(separator: ".").last == "localhost"
        guard address.map(addresses.allows) ?? (!isLoopback || addresses.allowsEverything) else {
            throw Invalid(reason: "must not lead to \(CallbackAddresses.refusedKinds)")
        }
    }

    /// Without spaces around it, either.
    private static func withoutFragment(_ text: String) -> Substring.UTF8View {
        var url = text.utf8[...]
        while url.first == UInt8(ascii: " ") { url.removeFirst() }
        while url.last == UInt8(ascii: " ") { url.removeLast() }
        return url.prefix { $0 != UInt8(ascii: "#") }
    }

    private static func hostAndPort(_ authority: Substring.UTF8View) throws(Invalid) -> (host: String, port: Int?) {
        guard !authority.contains(UInt8(ascii: "@")) else {
            throw Invalid(reason: "must not hold a user or a password")
        }
        guard authority.allSatisfy({ $0 < 0x80 }) else {
            throw Invalid(reason: "must have a host name in ASCII; write other names in Punycode (xn--…)")
        }
        let end = authority.lastIndex(of: UInt8(ascii: "]")).map(authority.index(after:)) ?? authority.startIndex
        let colon = authority[end...].firstIndex(of: UInt8(ascii: ":")) ?? authority.endIndex
        let host = String(decoding: authority[..<colon], as: UTF8.self).lowercased()
        let digits = authority[colon...].dropFirst()
        guard !host.isEmpty, host.hasPrefix("[") ? isIPv6(host) : host.utf8.allSatisfy(isOfName),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { throw .url }
        guard !digits.isEmpty else { return (normal(host), nil) }
        guard let port = Int(String(decoding: digits, as: UTF8.self)), (1...65_535).contains(port) else { throw .url }
        return (normal(host), port)
    }

    private static func isIPv6(_ host: String) -> Bool {
        host.hasSuffix("]") && host.contains(":") && IPAddress(host.dropFirst().dropLast()) != nil
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// IPv4 addresses in their usual form, which `127.1` and `0x7f000001` are not.
    private static func normal(_ host: String) -> String {
        guard !host.hasPrefix("["), let address = HostResolver.address(writtenAs: host) else { return host }
        return address.description
    }
}
