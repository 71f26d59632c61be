package import Hummingbird
import NIOCore

/// What a request's connection tells of it.
package struct ConnectionContext: InitializableFromSource, Sendable {
    private let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        channel = source.channel
    }

    /// The address of the client, or of the proxy before it.
    var remoteAddress: SocketAddress? { channel.remoteAddress }

    /// Has the client's next requests on the connection wait for a moment: who does not wait when told to would keep the server
    /// from those whom it can answer.
    func slowDown() {
        channel.triggerUserOutboundEvent(ConnectionHandler.SlowDown(), promise: nil)
    }
}
