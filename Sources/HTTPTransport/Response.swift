package import NIOCore
package import NIOHTTP1

/// A response. The transport adds what its connection needs: `Content-Length` or
/// `Transfer-Encoding`, `Date`, and `Connection`.
package struct Response: Sendable {
    package var status: HTTPResponseStatus
    package var headers: HTTPHeaders
    package var body: Body

    /// What follows the head. Not sent to a `HEAD`, nor with a status that has none.
    package enum Body: Sendable {
        case bytes(ByteBuffer)
        /// What is written to it, until it is ended.
        case streamed(ResponseWriter)
    }

    package init(status: HTTPResponseStatus, headers: HTTPHeaders = [:], body: ByteBuffer = ByteBuffer()) {
        self.init(status: status, headers: headers, body: .bytes(body))
    }

    package init(status: HTTPResponseStatus, headers: HTTPHeaders = [:], body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Whether it says that it is the connection's last.
    var saysClose: Bool { headers.first(name: "Connection") == "close" }
}

/// Answers requests.
package protocol Responder: Sendable {
    /// Runs on the event loop of the request's connection, so it must not block.
    func respond(to request: Request) async -> Response

    /// The response to what the transport refuses by itself; the connection's last.
    func response(to refusal: Refusal) -> Response
}

/// What no responder is asked about.
package enum Refusal: Sendable {
    /// What arrived is not HTTP, or its headers are too large.
    case malformed
    /// Part of a request took longer than this to arrive.
    case tooSlow(part: String, limit: Duration)
}
