import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization
import Testing

@testable import HTTPTransport

/// A connection to a responder that answers when the test says so. Time is the test's: no test waits.
final class TestConnection {
    let channel: EmbeddedChannel
    let responder: TestResponder
    let connections = OpenConnections()
    /// What stands between the handler and the socket.
    let socket = TestSocket()
    private var sent = ""

    init(_ responder: TestResponder = TestResponder()) throws {
        self.responder = responder
        channel = EmbeddedChannel()
        channel.allowOptionsWhenClosed = true
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let socket = try BoundSocket(host: "127.0.0.1", port: 0)
        let server = try HTTPServer(responder: responder, socket: socket, logger: logger)
        try channel.pipeline.syncOperations.addHandler(self.socket)
        try server.addHTTP1(to: channel, EventLoopState(channel.eventLoop), connections)
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/a")).wait()
    }

    func wait(_ time: Duration) {
        channel.embeddedEventLoop.advanceTime(by: TimeAmount(time))
    }

    /// Does what was left to the event loop.
    func run() {
        channel.embeddedEventLoop.run()
    }

    func receive(_ text: String) throws {
        try channel.writeInbound(ByteBuffer(string: text))
    }

    /// Answers the oldest request that has not been answered.
    func answer(_ response: Response = Response(status: .ok)) throws {
        try #require(responder.answer(response))
        channel.embeddedEventLoop.run()
    }

    /// All that was sent since this was asked last.
    func takeSent() throws -> String {
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { sent += String(buffer: bytes) }
        defer { sent = "" }
        return sent
    }

    /// The statuses of the responses that were sent since.
    func statuses() throws -> [Int] {
        try takeSent().split(separator: "HTTP/1.1 ").compactMap { Int($0.prefix(3)) }
    }

    func stop() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        channel.embeddedEventLoop.run()
    }

    func endInput() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        channel.embeddedEventLoop.run()
    }
}

/// Keeps requests until the test answers them.
final class TestResponder: Responder {
    private struct State {
        var requests: [Request] = []
        var waiting: CircularBuffer<CheckedContinuation<Response, Never>> = []
        /// Where it is set, the response to every request, at once.
        var immediate: Response?
        var cancellations = 0
        var refusals = 0
    }

    private let state: Mutex<State>

    init(immediate: Response? = nil) {
        state = Mutex(State(immediate: immediate))
    }

    /// All that came, oldest first.
    var requests: [Request] { state.withLock(\.requests) }
    var cancellations: Int { state.withLock(\.cancellations) }
    /// How many times something was refused.
    var refusals: Int { state.withLock(\.refusals) }

    func respond(to request: Request) async -> Response {
        let immediate = state.withLock { state in
            state.requests.append(request)
            return state.immediate
        }
        if let immediate { return immediate }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { $0.waiting.append(continuation) }
            }
        } onCancel: {
            state.withLock { $0.cancellations += 1 }
        }
    }

    func response(to refusal: Refusal) -> Response {
        state.withLock { $0.refusals += 1 }
        return switch refusal {
        case .malformed: Response(status: .badRequest)
        case .tooSlow: Response(status: .requestTimeout)
        }
    }

    /// From here on, every request gets this response without waiting.
    func answersAtOnce(_ response: Response) { state.withLock { $0.immediate = response } }

    /// - Returns: whether a request was waiting.
    func answer(_ response: Response) -> Bool {
        guard let continuation = state.withLock({ $0.waiting.popFirst() }) else { return false }
        continuation.resume(returning: response)
        return true
    }
}

/// Closes for writing alone, where an `EmbeddedChannel` would be closed whole, and keeps what is written while its client does not
/// read.
final class TestSocket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private(set) var readCount = 0
    private var isBlocked = false
    /// As where the client has reset the connection.
    var closesOnWrite = false
    private var held: [(NIOAny, EventLoopPromise<Void>?)] = []
    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    /// The client reads nothing from here on.
    func block(_ channel: EmbeddedChannel) {
        isBlocked = true
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
    }

    /// What waits is little, so that the connection still reads.
    func unblockReading(_ channel: EmbeddedChannel) {
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
    }

    /// The client reads all.
    func release(_ channel: EmbeddedChannel) {
        isBlocked = false
        for (data, promise) in held { context?.write(data, promise: promise) }
        held = []
        context?.flush()
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
    }

    func read(context: ChannelHandlerContext) {
        readCount += 1
        context.read()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !closesOnWrite else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            context.close(promise: nil)
            return
        }
        if isBlocked { held.append((data, promise)) } else { context.write(data, promise: promise) }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode != .output else {
            promise?.succeed()
            return
        }
        // As a socket does.
        for (_, promise) in held { promise?.fail(ChannelError.ioOnClosedChannel) }
        held = []
        context.close(mode: mode, promise: promise)
    }
}
