package import Logging
package import NIOCore
import NIOExtras
import NIOHTTP1
import NIOPosix
package import NIOSSL
import ServiceLifecycle

/// Serves a responder on a socket, by HTTP/1.1, and by TLS and HTTP/2 where there is a certificate.
package struct HTTPServer: Service {
    /// In bytes: how long a request's head may be, and each of its headers.
    static let maximumHeadLength = 1 << 14
    private static let maximumHeaderCount = 100

    /// How many connections the system queues until they are accepted.
    private static let backlog: CInt = 256

    let responder: any Responder
    private let socket: BoundSocket
    private let maximumConnections: Int
    private let tls: NIOSSLContext?
    private let listener: Listener
    private let connections = OpenConnections()
    let logger: Logger
    private let onListening: @Sendable (SocketAddress) -> Void

    /// - Parameters:
    ///   - socket: which the server listens on. Only one server can have it.
    ///   - maximumConnections: further ones wait until one of these ends.
    ///   - tls: what clients are shown; without it they speak plain HTTP/1.1.
    ///   - listener: gets the socket.
    ///   - onListening: called with the address when the server can be reached.
    /// - Throws: what is wrong with `tls`.
    package init(
        responder: any Responder,
        socket: BoundSocket,
        maximumConnections: Int = .max,
        tls: TLSConfiguration? = nil,
        listener: Listener = Listener(),
        logger: Logger,
        onListening: @escaping @Sendable (SocketAddress) -> Void = { _ in }
    ) throws {
        self.responder = responder
        self.socket = socket
        self.maximumConnections = maximumConnections
        self.tls = try tls.map(Self.context(of:))
        self.listener = listener
        self.logger = logger
        self.onListening = onListening
    }

    /// How many connections are open.
    package var connectionCount: Int { connections.count }

    /// Serves until the process stops gracefully and the last connection has ended. When its task is cancelled, so are the requests.
    /// - Throws: `BindError` if it cannot listen.
    package func run() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let loops = Dictionary(
            uniqueKeysWithValues: group.makeIterator().map { (ObjectIdentifier($0), EventLoopState($0)) }
        )
        let channel = try await ServerBootstrap(group: group)
            .serverChannelInitializer { [maximumConnections] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ConnectionLimit(maximumConnections))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // A connection keeps buffers of the largest size for as long as it is open; by default that is 64 KiB.
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 1 << 10, initial: 1 << 11, maximum: 1 << 14)
            )
            .childChannelInitializer { [connections] channel in
                guard let loop = loops[ObjectIdentifier(channel.eventLoop)] else {
                    return channel.eventLoop.makeFailedFuture(ChannelError.inappropriateOperationForState)
                }
                connections.add(channel)
                return setUp(channel, loop, connections)
            }
            .withBoundSocket(try socket.listen(backlog: Self.backlog)).get()
        listener.open(channel)
        if let address = channel.localAddress { onListening(address) }
        await withTaskCancellationHandler {
            // Cancelled, it stops at once.
            try? await gracefulShutdown()
            try? await channel.close()
            await connections.end()
        } onCancel: {
            connections.cancelRequests()
        }
    }

    private func setUp(
        _ channel: any Channel,
        _ loop: EventLoopState,
        _ connections: OpenConnections
    ) -> EventLoopFuture<Void> {
        if let tls { return setUpTLS(channel, loop, connections, tls) }
        return channel.eventLoop.makeCompletedFuture { try addHTTP1(to: channel, loop, connections) }
    }

    func addHTTP1(to channel: any Channel, _ loop: EventLoopState, _ connections: OpenConnections) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = Self.maximumHeadLength
        limits.maxHeaderListSize = Self.maximumHeadLength
        limits.maxHeaderFieldCount = Self.maximumHeaderCount
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)
        try channel.pipeline.syncOperations.addHandlers([
            // More than it ever keeps of what it reads.
            ByteToMessageHandler(decoder, maximumBufferSize: 1 << 16),
            ConnectionHandler(responder: responder, loop: loop, connections: connections, logger: logger),
        ])
    }
}

/// Accepts no more connections than there may be: further ones wait in the system's queue.
private final class ConnectionLimit: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never

    private let maximum: Int
    private var count = 0
    private var isReadHeld = false

    init(_ maximum: Int) {
        self.maximum = maximum
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        count += 1
        let here = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        unwrapInboundIn(data).closeFuture.hop(to: context.eventLoop).whenComplete { _ in
            let (handler, context) = here.value
            handler.count -= 1
            // Not where accepting was stopped meanwhile.
            guard handler.isReadHeld, (try? context.channel.syncOptions?.getOption(.autoRead)) == true else { return }
            handler.isReadHeld = false
            context.read()
        }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        guard count < maximum else {
            isReadHeld = true
            return
        }
        context.read()
    }
}
