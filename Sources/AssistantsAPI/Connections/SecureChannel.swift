import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOHTTPTypesHTTP2
import NIOSSL

/// TLS, and behind it HTTP/2 for clients that offer it and HTTP/1.1 for the others.
struct SecureChannel: ServerChildChannel {
    fileprivate typealias Requests = HTTP1Channel.Value
    fileprivate typealias Streams = NIOHTTP2Handler.AsyncStreamMultiplexer<Requests>

    struct Value: ServerChildChannelValue {
        fileprivate let negotiated: EventLoopFuture<NIONegotiatedHTTPVersion<Requests, Streams>>
        let channel: any Channel
    }

    /// Of a connection at once: each may hold an answer that is not read, as a connection of HTTP/1.1 may.
    private static let maximumStreams = 32

    private let http1: HTTP1Channel
    private let tls: NIOSSLContext

    /// - Parameters:
    ///   - http1: what answers each request, those of HTTP/2 too.
    ///   - tls: of `context(of:)`.
    init(_ http1: HTTP1Channel, tls: NIOSSLContext) {
        self.http1 = http1
        self.tls = tls
    }

    /// - Throws: what is wrong with the configuration.
    static func context(of configuration: TLSConfiguration) throws -> NIOSSLContext {
        var configuration = configuration
        configuration.applicationProtocols = NIOHTTP2SupportedALPNProtocols
        return try NIOSSLContext(configuration: configuration)
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandlers([NIOSSLServerHandler(context: tls), HandshakeHandler()])
        }.flatMap {
            channel.configureHTTP2AsyncSecureUpgrade { channel in
                http1.setup(channel: channel, logger: logger)
            } http2ConnectionInitializer: { channel in
                setupHTTP2(channel, logger)
            }
        }.map { Value(negotiated: $0, channel: channel) }
    }

    private var configuration: NIOHTTP2Handler.Configuration {
        var configuration = NIOHTTP2Handler.Configuration()
        configuration.connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: Self.maximumStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: 1 << 14),
        ]
        return configuration
    }

    private func setupHTTP2(_ channel: any Channel, _ logger: Logger) -> EventLoopFuture<Streams> {
        channel.eventLoop.makeCompletedFuture {
            let handler = HTTP2ConnectionHandler(logger: logger)
            let delegate = HTTP2ConnectionHandler.Delegate(handler, on: channel.eventLoop)
            let streams = try channel.pipeline.syncOperations.configureAsyncHTTP2Pipeline(
                mode: .server,
                streamDelegate: delegate,
                frameDelegate: delegate,
                configuration: configuration
            ) { stream in
                stream.eventLoop.makeCompletedFuture {
                    let handler = StreamHandler()
                    try stream.pipeline.syncOperations.addHandlers([
                        HTTP2FramePayloadToHTTPServerCodec(), handler,
                        ConnectionHandler(behind: handler, logger: logger),
                    ])
                    return try Requests(wrappingChannelSynchronously: stream)
                }
            }
            try channel.pipeline.syncOperations.addHandler(handler)
            return streams
        }
    }

    func handle(value: Value, logger: Logger) async {
        do {
            switch try await value.negotiated.get() {
            case .http1_1(let requests):
                await http1.handle(value: requests, logger: logger)
            case .http2(let streams):
                try await withThrowingDiscardingTaskGroup { group in
                    for try await requests in streams.inbound {
                        group.addTask { await http1.handle(value: requests, logger: logger) }
                    }
                }
            }
        } catch {
            logger.debug("a connection ended before its time: \(error)")
        }
    }
}
