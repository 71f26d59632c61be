package import Foundation

extension URL {
    /// The base URL of an HTTP server. Its port is checked because AsyncHTTPClient ends the process if a port is above 65535.
    /// - Returns: `nil` unless `text` is an `http` or `https` URL with a host, a port from 1 to 65535 if it has one, and no query, in ASCII:
    ///   what a host name in other letters stands for depends on ICU's data, which the program does not have.
    package init?(ofServer text: String) {
        guard text.utf8.allSatisfy({ $0 < 0x80 }), let url = URL(string: text), let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = url.host, !host.isEmpty, url.query == nil,
            url.fragment == nil
        else { return nil }
        if let port = url.port {
            guard (1...65_535).contains(port) else { return nil }
        } else if text.prefixMatch(of: /[^\/]*\/\/[^\/]*:\d+(?:\/|$)/) != nil {
            // Foundation has no port for one that is no `Int`.
            return nil
        }
        self = url
    }
}
