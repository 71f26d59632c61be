import HTTPTransport
import NIOHTTP1

/// What the URLs in an answer begin with: the address that the client used.
struct BaseURL: Sendable {
    /// For every client the same, where it is set.
    let publicURL: PublicURL?
    let trustedProxies: TrustedProxies
    /// What clients speak with this server.
    let scheme: String

    /// - Throws: `APIError` where the request does not say which host it wants.
    func text(for request: Request) throws(APIError) -> String {
        guard let host = request.onlyHeader("Host") else {
            throw .badRequest("The request must have exactly one Host header")
        }
        guard Authority.isValid(host) else {
            throw .badRequest("The Host header must be a host name or address with an optional port")
        }
        if let publicURL { return publicURL.text }
        guard trustedProxies.contains(request.connection.remoteAddress) else { return "\(scheme)://\(host)" }
        let scheme = try forwardedScheme(request) ?? scheme
        return "\(scheme)://\(try forwardedHost(request) ?? host)"
    }

    private func forwardedScheme(_ request: Request) throws(APIError) -> String? {
        guard let scheme = last(request.header("X-Forwarded-Proto"))?.lowercased() else { return nil }
        guard scheme == "http" || scheme == "https" else {
            throw .badRequest("X-Forwarded-Proto must be http or https")
        }
        return scheme
    }

    private func forwardedHost(_ request: Request) throws(APIError) -> String? {
        guard let host = last(request.header("X-Forwarded-Host")) else { return nil }
        guard Authority.isValid(host) else {
            throw .badRequest("X-Forwarded-Host must be a host name or address with an optional port")
        }
        return host
    }

    /// Of a list, what the nearest proxy, the one that is trusted, has put at its end.
    private func last(_ value: String?) -> String? {
        value.flatMap { Array(HeaderList($0)).last }.map(String.init)
    }
}
