package import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
package import NIOSSL

extension Application<AssistantsResponder> {
    /// The server: every request goes to the responder.
    /// - Parameters:
    ///   - port: 0 takes a free one.
    ///   - maximumConnections: further ones wait until one of these ends.
    ///   - tls: what clients are shown; without it they speak plain HTTP/1.1.
    ///   - listener: gets the socket.
    ///   - onListening: called with the address when the server can be reached.
    package init(
        responder: AssistantsResponder,
        host: String,
        port: Int,
        maximumConnections: Int,
        tls: TLSConfiguration? = nil,
        listener: Listener,
        logger: Logger,
        onListening: @escaping @Sendable (SocketAddress) async -> Void = { _ in }
    ) throws {
        let context = try tls.map(SecureChannel.context(of:))
        let server = HTTPServerBuilder { respond in
            let http1 = HTTP1Channel(
                responder: respond,
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [ConnectionHandler(logger: logger)],
                    httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                        maxHeaderFieldSize: 1 << 14,
                        maxHeaderListSize: 1 << 14,
                        maxHeaderFieldCount: 100
                    )
                )
            )
            guard let context else { return EventLoopChannel(http1) }
            return EventLoopChannel(SecureChannel(http1, tls: context))
        }
        self.init(
            responder: responder,
            server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: .maximum(maximumConnections, logger: logger)
            ),
            onServerRunning: { channel in
                listener.open(channel)
                if let address = channel.localAddress { await onListening(address) }
            },
            logger: logger
        )
    }
}
