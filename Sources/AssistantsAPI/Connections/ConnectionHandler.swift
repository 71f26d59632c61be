import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOExtras
import NIOHTTPTypes

/// What a connection of HTTP/1.1, or a stream of HTTP/2, needs beyond Hummingbird's own handling of it. One handler, for each costs
/// every request.
///
/// - Clients that are slow or greedy hurt only themselves: `ConnectionDeadlines` says when a connection is closed, and a
///   request that does not arrive in time is answered with 408.
/// - What is no HTTP gets an error in the form of every other. Hummingbird answers it by itself, without a body, before any
///   responder sees it; that answer is known by its lack of a `Twilio-Request-Id`.
/// - Clients that ask before they send a body (RFC 9110, section 10.1.1) are told to send it when it is read, and not before.
/// - Where a body is not read, the response to its request may be the last; `ConnectionEnd` says so, and what is done with the
///   rest of the body, so that the client gets the response and not a reset.
/// - A server that stops answers what was on its way to it, and tells clients to come no more; Hummingbird would close what it
///   sees idle, and a request that is about to arrive would get no answer.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let logger: Logger
    private var deadlines = ConnectionDeadlines(at: .uptimeNanoseconds(0))
    private var end = ConnectionEnd()
    /// Whether the current read has delivered a part of a request.
    private var hasReadPart = false
    private var timer: Scheduled<Void>?
    private let pause = ReadingPause()
    /// Before this one, where it handles a stream of HTTP/2.
    private let stream: StreamHandler?

    init(behind stream: StreamHandler? = nil, logger: Logger) {
        self.stream = stream
        self.logger = logger
    }

    // MARK: Connection

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasReadPart = true
        switch arrival(of: unwrapInboundIn(data), at: context.eventLoop.now) {
        case .forward:
            context.fireChannelRead(data)
        case .discard:
            break
        case .end:
            linger(context)
        case .close:
            context.close(promise: nil)
        }
    }

    private func arrival(of part: HTTPRequestPart, at now: NIODeadline) -> ConnectionEnd.Arrival {
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

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        switch event {
        case is ReadingPause.Request:
            pause.begin(context)
        case BodyEvent.sendContinue:
            // With another request behind it, the body of the one that is being read has arrived.
            guard deadlines.isBodyOfNextAnswerArriving, !end.isDecided else { return }
            end.sentContinue()
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        case BodyEvent.wakeReader:
            guard deadlines.isBodyArriving, !end.isDecided else { return }
            context.fireChannelRead(wrapInboundOut(.body(ByteBuffer())))
            context.fireChannelReadComplete()
        default:
            context.triggerUserOutboundEvent(event, promise: promise)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ChannelShouldQuiesceEvent else {
            if case ChannelEvent.inputClosed = event, end.isLingering { context.close(promise: nil) }
            context.fireUserInboundEventTriggered(event)
            return
        }
        guard !end.isLingering else { return }
        deadlines.stop(at: context.eventLoop.now)
        timer?.cancel()
        lookAgain(context, in: .zero)
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !end.isOver else {
            // What is no HTTP any more is answered by Hummingbird even behind the last response.
            promise?.fail(ChannelError.outputClosed)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            deadlines.beganAnswer()
            if head.status == .badRequest, head.headerFields[.twilioRequestID] == nil {
                let error = APIError.badRequest("The request is not well-formed HTTP, or its headers are too large")
                writeLast(error, context, promise: promise)
                return
            }
            let isLast = end.beganResponse(
                saysClose: head.headerFields[.connection] == "close",
                isBodyArriving: deadlines.isBodyOfNextAnswerArriving
            )
            if isLast { deadlines.beganLastAnswer() }
            if isLast || deadlines.isLastAnswerNext {
                head.headerFields[.connection] = "close"
                context.write(wrapOutboundOut(.head(head)), promise: promise)
                return
            }
        case .body:
            deadlines.wroteBody()
        case .end:
            deadlines.endedAnswer(at: context.eventLoop.now)
            if end.endedResponse() {
                writeEnd(data, context, promise: promise) { self.linger(context) }
                return
            }
            if deadlines.isLastAnswerEnded {
                writeEnd(data, context, promise: promise) { context.close(promise: nil) }
                return
            }
        }
        context.write(data, promise: promise)
    }

    /// Writes the end of the connection's last response.
    /// - Parameter onSent: what is done then. Not before: what waits to be sent is lost where a connection is closed.
    private func writeEnd(
        _ data: NIOAny,
        _ context: ChannelHandlerContext,
        promise: EventLoopPromise<Void>?,
        onSent: @escaping () -> Void
    ) {
        let sent = promise ?? context.eventLoop.makePromise()
        sent.futureResult.assumeIsolated().whenComplete { _ in onSent() }
        context.writeAndFlush(data, promise: sent)
    }

    /// Ends the connection when its client has seen the last response: discards what still arrives until the client closes it
    /// too, or for a moment.
    private func linger(_ context: ChannelHandlerContext) {
        end.linger()
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(ConnectionEnd.time)) {
            context.close(promise: nil)
        }
        // A stream's side is closed by the response's end, and cannot be closed alone.
        if stream == nil { context.close(mode: .output, promise: nil) }
        // Nobody else reads any more.
        context.read()
    }

    /// Writes all but the end of an error that no responder gave, as the connection's last answer, and logs it under the
    /// answer's request id.
    private func writeLast(_ error: APIError, _ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        _ = end.beganResponse(saysClose: true, isBodyArriving: deadlines.isBodyArriving)
        deadlines.beganLastAnswer()
        let id = RequestID()
        logger.info("\(error.message)", metadata: ["request_id": "\(id)", "status": "\(error.status.code)"])
        var response = ErrorRepresentation.response(for: error)
        response.headers[.twilioRequestID] = id.description
        response.headers[.connection] = "close"
        context.write(wrapOutboundOut(.head(response.head)), promise: nil)
        context.write(wrapOutboundOut(.body(ErrorRepresentation.body(of: error))), promise: promise)
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
        switch deadlines.verdict(waiting: bytes, at: context.eventLoop.now) {
        case .look(let delay):
            lookAgain(context, in: delay)
        case .refuse(let message):
            writeLast(.timeout(message), context, promise: nil)
            end.end()
            writeEnd(wrapOutboundOut(.end(nil)), context, promise: nil) { self.linger(context) }
            lookAgain(context, in: ConnectionDeadlines.interval)
        case .close:
            logger.debug("closed a connection that its client did not use, or did not read from")
            context.close(promise: nil)
        }
    }
}
