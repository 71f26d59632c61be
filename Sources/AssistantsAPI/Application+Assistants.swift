package import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore

extension Application<AssistantsResponder> {
    /// The server: every request goes to the responder.
    /// - Parameters:
    ///   - port: 0 takes a free one.
    ///   - onListening: called with the address when the server can be reached.
    package init(
        responder: AssistantsResponder,
        host: String,
        port: Int,
        logger: Logger,
        onListening: @escaping @Sendable (SocketAddress) async -> Void = { _ in }
    ) {
        self.init(
            responder: responder,
            server: HTTPServerBuilder { respond in
                EventLoopChannel(
                    HTTP1Channel(
                        responder: respond,
                        configuration: HTTP1Channel.Configuration(
                            additionalChannelHandlers: [UnparsableRequestHandler(logger: logger), ContinueHandler()]
                        )
                    )
                )
            },
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { channel in
                if let address = channel.localAddress { await onListening(address) }
            },
            logger: logger
        )
    }
}
