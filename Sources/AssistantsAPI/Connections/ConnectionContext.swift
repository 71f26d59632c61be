package import Hummingbird
import NIOCore

/// What a request's connection tells of it.
package struct ConnectionContext: InitializableFromSource, Sendable {
    private let connection: any Channel
    /// The stream of HTTP/2, or the connection of HTTP/1.1.
    private let stream: any Channel

    package init(source: ApplicationRequestContextSource) {
        stream = source.channel
        // A connection's parent is the socket that it was accepted from; a stream of HTTP/2 has its connection between.
        let parent = source.channel.parent
        connection = parent?.parent == nil ? source.channel : parent ?? source.channel
    }

    /// The address of the client, or of the proxy before it.
    var remoteAddress: SocketAddress? { connection.remoteAddress }

    /// Delays the client's next requests on the connection for a moment: a client that ignores `Retry-After` would keep the server from
    /// requests that it can answer.
    func slowDown() {
        connection.triggerUserOutboundEvent(ReadingPause.Request(), promise: nil)
    }

    /// Has the client send the body of the request.
    func sendContinue() {
        stream.triggerUserOutboundEvent(BodyEvent.sendContinue, promise: nil)
    }

    /// Wakes the reader of the request's body, if more of it is to come.
    func wakeReader() {
        stream.triggerUserOutboundEvent(BodyEvent.wakeReader, promise: nil)
    }
}

/// What a request's reader asks of its connection's handler.
enum BodyEvent {
    /// To tell the client that its body is wanted.
    case sendContinue
    /// To wake the reader, which waits for the next part of the body.
    case wakeReader
}
