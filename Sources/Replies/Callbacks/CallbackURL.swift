import Foundation

/// Where a callback goes: an `http` or `https` URL of a host that may be called.
package struct CallbackURL: Sendable {
    /// Why a text is not such a URL, in words that go on from "it".
    package struct Invalid: Error {
        package let reason: String
    }

    private static let maximumLength = 2_048

    package let text: String
    /// A name or an address, the latter without brackets.
    let host: String

    /// Looks nothing up: a name is checked when it is resolved.
    package init(_ text: String, addresses: CallbackAddresses) throws(Invalid) {
        guard text.utf8.count <= Self.maximumLength else {
            throw Invalid(reason: "must have \(Self.maximumLength) bytes at most")
        }
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = url.host, !host.isEmpty, host.utf8.allSatisfy(Self.isOfHost),
            (1...65_535).contains(url.port ?? 80)
        else { throw Invalid(reason: "must be an http or https URL") }
        guard url.user == nil, url.password == nil else { throw Invalid(reason: "must not hold a user or a password") }
        self.text = text
        self.host = host.trimmingCharacters(in: ["[", "]"])
        let address = HostResolver.address(writtenAs: self.host)
        // These names are loopback by RFC 6761, whatever a resolver says.
        let isLoopback = self.host.lowercased().split(separator: ".").last == "localhost"
        guard address.map(addresses.allows) ?? (!isLoopback || addresses.allowsEverything) else {
            throw Invalid(reason: "must not lead to a loopback, link-local or private address")
        }
    }

    /// A NUL would end the name for the resolver, and what follows a percent sign names an interface.
    private static func isOfHost(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte != 0x7F && byte != UInt8(ascii: "%")
    }
}
