package import NIOCore

/// The connection that a request came on.
package struct Connection: Sendable {
    private let channel: any Channel
    /// The stream of HTTP/2, or the connection of HTTP/1.1.
    private let stream: any Channel

    /// - Parameter stream: what the request came on.
    package init(_ stream: any Channel) {
        self.stream = stream
        // A connection's parent is the socket that it was accepted from; a stream of HTTP/2 has its connection between.
        channel = stream.parent?.parent == nil ? stream : stream.parent ?? stream
    }

    /// The address of the client, or of the proxy before it.
    package var remoteAddress: SocketAddress? { channel.remoteAddress }

    /// Delays the client's next requests on the connection for a moment: a client that ignores `Retry-After` would keep the server from
    /// requests that it can answer.
    package func slowDown() {
        channel.triggerUserOutboundEvent(ReadingPause.Request(), promise: nil)
    }

    /// Has the client send the body of the request, where it waits to be told.
    package func sendContinue() {
        stream.triggerUserOutboundEvent(ContinueRequest(), promise: nil)
    }
}

/// Asks a connection's handler to tell the client that its body is wanted.
struct ContinueRequest {}
