import HTTPTransport
package import IPAddresses
import NIOCore
import NIOHTTP1

/// The addresses whose word for the client's scheme, host and address is taken.
package struct TrustedProxies: Sendable {
    private let networks: [IPNetwork]

    package init(_ networks: [IPNetwork] = []) {
        self.networks = networks
    }

    func contains(_ address: SocketAddress?) -> Bool {
        guard !networks.isEmpty, let address = address?.ip else { return false }
        return contains(address)
    }

    /// The client's address: the connection's, or the last of `X-Forwarded-For` that is no proxy of ours, where it comes from
    /// one. `nil` where the connection has none.
    func client(of request: Request) -> IPAddress? {
        guard var client = request.connection.remoteAddress?.ip else { return nil }
        guard contains(client), let forwarded = request.header("X-Forwarded-For") else { return client }
        for text in HeaderList(forwarded).reversed() {
            // What cannot be read was not written by a proxy of ours, or tells nothing.
            guard let address = IPAddress(text) else { break }
            client = address
            if !contains(client) { break }
        }
        return client
    }

    private func contains(_ address: IPAddress) -> Bool {
        networks.contains { $0.contains(address) }
    }
}

extension SocketAddress {
    fileprivate var ip: IPAddress? { ipAddress.flatMap { IPAddress($0) } }
}
