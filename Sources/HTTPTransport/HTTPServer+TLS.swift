import NIOCore
import NIOHTTP2
import NIOSSL

extension HTTPServer {
    /// Of a connection at once: each may hold an answer that is not read, as a connection of HTTP/1.1 may.
    private static let maximumStreams = 32

    /// - Throws: what is wrong with the configuration.
    static func context(of configuration: TLSConfiguration) throws -> NIOSSLContext {
        var configuration = configuration
        configuration.applicationProtocols = NIOHTTP2SupportedALPNProtocols
        return try NIOSSLContext(configuration: configuration)
    }

    /// TLS, and behind it HTTP/2 for clients that offer it and HTTP/1.1 for the others.
    func setUpTLS(
        _ channel: any Channel,
        _ loop: EventLoopState,
        _ connections: OpenConnections,
        _ tls: NIOSSLContext
    ) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandlers([NIOSSLServerHandler(context: tls), HandshakeHandler()])
        }.flatMap {
            channel.configureHTTP2SecureUpgrade { channel in
                channel.eventLoop.makeCompletedFuture { try addHTTP2(to: channel, loop, connections) }
            } http1ChannelConfigurator: { channel in
                channel.eventLoop.makeCompletedFuture { try addHTTP1(to: channel, loop, connections) }
            }
        }
    }

    func addHTTP2(to channel: any Channel, _ loop: EventLoopState, _ connections: OpenConnections) throws {
        var configuration = NIOHTTP2Handler.Configuration()
        configuration.connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: Self.maximumStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: Self.maximumHeadLength),
        ]
        let handler = HTTP2ConnectionHandler(logger: logger)
        let delegate = HTTP2ConnectionHandler.Delegate(handler, on: channel.eventLoop)
        _ = try channel.pipeline.syncOperations.configureAsyncHTTP2Pipeline(
            mode: .server,
            streamDelegate: delegate,
            frameDelegate: delegate,
            configuration: configuration
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let handler = StreamHandler()
                try stream.pipeline.syncOperations.addHandlers([
                    EndOfStreamHandler(), HTTP2FramePayloadToHTTP1ServerCodec(), handler,
                    ConnectionHandler(
                        responder: responder,
                        loop: loop,
                        connections: connections,
                        behind: handler,
                        logger: logger
                    ),
                ])
            }
        }
        try channel.pipeline.syncOperations.addHandler(handler)
    }
}
