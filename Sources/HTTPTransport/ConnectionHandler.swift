import Logging
import NIOCore
import NIOExtras
import NIOHTTP1

/// A connection of HTTP/1.1, or a stream of HTTP/2: has its requests answered one after another, and writes the responses.
///
/// - A request whose head announces no body is answered when it is complete, another when its head has arrived. If the responder never
///   suspends, the response is written before the read returns.
/// - What arrives behind a request that is being answered waits, and while something waits nothing more is read.
/// - Clients that are slow or greedy hurt only themselves: `ConnectionDeadlines` says when a connection is closed, and a
///   request that does not arrive in time is refused.
/// - Clients that ask before they send a body (RFC 9110, section 10.1.1) are told to send it when it is read, and not before.
/// - Where a body is not read, the response to its request may be the last; `ConnectionEnd` says so, and what is done with the
///   rest of the body, so that the client gets the response and not a reset.
/// - A server that stops answers what was on its way to it, and tells clients to come no more.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never

    /// A request and its response.
    struct Exchange {
        let head: HTTPRequestHead
        let body: RequestBody?
        var isReadCompletely = false
        var hasBegun = false
        var isAnswered = false
    }

    struct StreamedBody {
        let writer: ResponseWriter
        let isChunked: Bool
    }

    /// In bytes: what may wait of a body that is not read.
    private static let maximumUnreadBody = 1 << 16

    let responder: any Responder
    let encoder: ResponseEncoder
    /// Before this one, where it handles a stream of HTTP/2.
    let stream: StreamHandler?
    private let executor: EventLoopExecutor
    let connections: OpenConnections
    private let logger: Logger

    var connection: Connection?
    var deadlines = ConnectionDeadlines(at: .uptimeNanoseconds(0))
    var end = ConnectionEnd()
    var exchange: Exchange?
    /// What has arrived behind the exchange's request.
    var waiting = CircularBuffer<HTTPServerRequestPart>()
    private var isTaking = false
    private var isResponding = false
    /// Of the request that is being answered, if that is not done at once.
    var requestNumber: Int?
    /// Of the response that is being sent, if it is streamed.
    var streamedBody: StreamedBody?
    /// Whether the channel wants to be read from, and must wait.
    private var isReadHeld = false
    /// Whether the current read has delivered a part of a request.
    private var hasReadPart = false
    /// Whether nothing more is taken from the client, because it ended its side, or what it sends is not HTTP.
    var isInputOver = false
    var isMalformed = false
    var isOpen = true
    var timer: Scheduled<Void>?
    private let pause = ReadingPause()

    init(
        responder: any Responder,
        loop: EventLoopState,
        connections: OpenConnections,
        behind stream: StreamHandler? = nil,
        logger: Logger
    ) {
        self.connections = connections
        self.responder = responder
        self.stream = stream
        self.logger = logger
        executor = loop.executor
        encoder = stream == nil ? .http1(loop) : .http2(loop)
    }

    // MARK: Connection

    func handlerAdded(context: ChannelHandlerContext) {
        connection = Connection(context.channel)
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        endAll()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        endAll()
    }

    private func endAll() {
        isOpen = false
        timer?.cancel()
        waiting.removeAll()
        exchange?.body?.finish(.failure(RequestBody.Incomplete()))
        endStreamedBody()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        // The client has closed the connection in the middle of a request.
        case is HTTPParserError where !context.channel.isActive:
            break
        case is HTTPParserError, is ByteToMessageDecoderError.PayloadTooLargeError:
            refuseInput(context)
        case is ByteToMessageDecoderError where isMalformed:
            // The decoder says of each further read that it decodes no more.
            break
        default:
            logger.debug("closed a connection: \(error)")
            context.close(promise: nil)
        }
    }

    /// Takes nothing more from a client whose request is not well-formed.
    private func refuseInput(_ context: ChannelHandlerContext) {
        isMalformed = true
        endInput(context)
    }

    /// Takes nothing more from the client. What it has sent completely is answered.
    private func endInput(_ context: ChannelHandlerContext) {
        isInputOver = true
        if exchange?.isReadCompletely == false { exchange?.body?.finish(.failure(RequestBody.Incomplete())) }
        take(context)
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasReadPart = true
        guard !isInputOver else { return }
        let part = unwrapInboundIn(data)
        if case .head(let head) = part, head.isAmbiguous { return refuseInput(context) }
        switch arrival(of: part, at: context.eventLoop.now) {
        case .forward:
            waiting.append(part)
            take(context)
        case .discard:
            break
        case .end:
            linger(context)
        case .close:
            context.close(promise: nil)
        }
    }

    private func arrival(of part: HTTPServerRequestPart, at now: NIODeadline) -> ConnectionEnd.Arrival {
        switch part {
        case .head(let head):
            let arrival = end.readHead(head)
            if case .forward = arrival { deadlines.readHead(at: now) }
            return arrival
        case .body(let bytes):
            return end.readBody(bytes.readableBytes, isAnswered: deadlines.isBodyAnswered)
        case .end:
            deadlines.readEnd(at: now)
            return end.readEnd()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !hasReadPart { deadlines.readBytes(at: context.eventLoop.now) }
        hasReadPart = false
        context.fireChannelReadComplete()
        if end.isLingering { context.read() }
    }

    /// Takes the parts of one request after the other, each request's behind the response to the one before, and none while much
    /// waits to be sent.
    func take(_ context: ChannelHandlerContext) {
        // A response that is written at once comes back here.
        guard !isTaking else { return }
        isTaking = true
        while isOpen, !end.isDecided, exchange?.isReadCompletely != true, exchange != nil || context.channel.isWritable,
            let part = waiting.popFirst()
        {
            take(part, context)
        }
        isTaking = false
        guard isOpen, !end.isDecided else { return }
        let isUnanswered =
            exchange.map { $0.isReadCompletely || !$0.isAnswered && $0.hasBegun } ?? false || streamedBody != nil
        if isInputOver, waiting.isEmpty, !isUnanswered {
            finishInput(context)
        } else {
            readAgain(context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { take(context) }
        context.fireChannelWritabilityChanged()
    }

    func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head):
            let channel = context.channel
            let body: RequestBody? =
                if hasBody(head) { RequestBody { channel.triggerUserOutboundEvent(BodyTaken(), promise: nil) } } else {
                    nil
                }
            exchange = Exchange(head: head, body: body)
            if body != nil { respond(context) }
        case .body(let bytes):
            if exchange?.isAnswered == false { exchange?.body?.append(bytes) }
        case .end:
            exchange?.isReadCompletely = true
            guard let body = exchange?.body else { return respond(context) }
            body.finish(.success(()))
            if exchange?.isAnswered == true, streamedBody == nil { exchange = nil }
        }
    }

    /// Whether a body may follow. A stream of HTTP/2 does not announce it: it may end with the head or not.
    private func hasBody(_ head: HTTPRequestHead) -> Bool {
        switch head.method {
        case .GET, .HEAD, .DELETE: head.announcesBody
        default: head.announcesBody || stream != nil
        }
    }

    private func respond(_ context: ChannelHandlerContext) {
        guard let exchange, let connection else { return }
        let request = Request(head: exchange.head, body: exchange.body, connection: connection)
        let here = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        self.exchange?.hasBegun = true
        isResponding = true
        let task = Task.immediate(executorPreference: executor) { [responder] in
            let response = await responder.respond(to: request)
            let (handler, context) = here.value
            handler.isResponding = false
            // Before the answer, behind which the next request may begin.
            handler.endRequest()
            handler.answer(response, context)
        }
        if isResponding { requestNumber = connections.add { task.cancel() } }
    }

    func endRequest() {
        if let requestNumber { connections.endRequest(requestNumber) }
        requestNumber = nil
    }

    /// Ends a connection whose client sends nothing more, and to which everything was answered.
    private func finishInput(_ context: ChannelHandlerContext) {
        // A request that has begun, and is neither complete nor being answered, is no HTTP, either.
        if isMalformed, exchange?.isAnswered != true {
            refuse(.malformed, context)
            return
        }
        end.end()
        deadlines.beganLastAnswer()
        // Behind what waits to be sent, which would be lost.
        encoder.flush(context, promise: sent(context) { self.linger(context) })
    }

    // MARK: Reading

    func read(context: ChannelHandlerContext) {
        guard mayRead(context) else {
            isReadHeld = true
            return
        }
        context.read()
    }

    /// What is discarded is always read.
    private func mayRead(_ context: ChannelHandlerContext) -> Bool {
        if end.isDecided { return true }
        return context.channel.isWritable && waiting.isEmpty
            && (exchange?.isAnswered != false || exchange?.body?.size ?? 0 < Self.maximumUnreadBody)
    }

    private func readAgain(_ context: ChannelHandlerContext) {
        guard isReadHeld, !pause.isPaused, mayRead(context) else { return }
        isReadHeld = false
        context.read()
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        switch event {
        case is ReadingPause.Request:
            pause.begin(context)
        case is ContinueRequest:
            // With another request behind it, the body of the one that is being read has arrived.
            guard deadlines.isBodyOfNextAnswerArriving, !end.isDecided, streamedBody == nil else { return }
            end.sentContinue()
            encoder.writeContinue(context)
        case is BodyTaken:
            readAgain(context)
        default:
            context.triggerUserOutboundEvent(event, promise: promise)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            guard !end.isLingering else { return }
            deadlines.stop(at: context.eventLoop.now)
            timer?.cancel()
            lookAgain(context, in: .zero)
        case ChannelEvent.inputClosed:
            if end.isLingering {
                context.close(promise: nil)
            } else {
                endInput(context)
            }
            context.fireUserInboundEventTriggered(event)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    // MARK: Time

    private func begin(_ context: ChannelHandlerContext) {
        guard timer == nil else { return }
        deadlines = ConnectionDeadlines(at: context.eventLoop.now)
        lookAgain(context, in: ConnectionDeadlines.interval)
    }

    private func lookAgain(_ context: ChannelHandlerContext, in delay: Duration) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) { self.look(context) }
    }

    private func look(_ context: ChannelHandlerContext) {
        let bytes = stream?.unsent ?? (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        switch deadlines.verdict(waiting: bytes, isGrowing: streamedBody != nil, at: context.eventLoop.now) {
        case .look(let delay):
            lookAgain(context, in: delay)
        case .refuse where streamedBody != nil:
            // Its response has begun.
            context.close(promise: nil)
        case .refuse(let part, let limit):
            refuse(.tooSlow(part: part, limit: limit), context)
            // Where the response has been sent, `linger` has set the timer.
            if !end.isLingering { lookAgain(context, in: ConnectionDeadlines.interval) }
        case .close:
            logger.debug("closed a connection that its client did not use, or did not read from")
            context.close(promise: nil)
        }
    }
}

/// Tells a connection's handler that a part of the request's body was taken.
private struct BodyTaken {}
