import IPAddresses

/// The addresses that callbacks may go to: a caller must not reach through the server what only the server can reach.
package struct CallbackAddresses: Sendable {
    /// What is not of the public internet, by IANA's registries of special-purpose addresses, and forms of IPv6 that lead
    /// to any IPv4 address.
    static let refused = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
        "240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
        "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    ]

    /// For errors: what is refused, and how to allow it.
    static let refusedKinds =
        "a loopback, link-local, or private address; the server's operator can allow them with --allow-private webhooks"

    private let networks: [IPNetwork]

    /// - Parameter allowsPrivate: whether every address will do.
    package init(allowsPrivate: Bool) {
        networks = allowsPrivate ? [] : Self.refused.compactMap { IPNetwork($0) }
    }

    var allowsEverything: Bool { networks.isEmpty }

    func allows(_ address: IPAddress) -> Bool {
        !networks.contains { $0.contains(address) }
    }
}
