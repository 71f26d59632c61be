package import IPAddresses
import NIOCore

/// The addresses whose word for the client's scheme, host and address is taken.
package struct TrustedProxies: Sendable {
    private let networks: [IPNetwork]

    package init(_ networks: [IPNetwork] = []) {
        self.networks = networks
    }

    func contains(_ address: SocketAddress?) -> Bool {
        guard !networks.isEmpty, let address = address?.ipAddress.flatMap({ IPAddress($0) }) else { return false }
        return networks.contains { $0.contains(address) }
    }
}
