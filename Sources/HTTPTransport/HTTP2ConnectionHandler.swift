import Logging
import NIOCore
import NIOExtras
import NIOHTTP2

/// What a connection of HTTP/2 needs beyond its streams, which have a `ConnectionHandler` each: an end, when no stream is open or
/// nothing is taken from it for too long, and when the server stops. Clients are told first which stream was the last that was taken
/// (RFC 9113, section 6.8).
final class HTTP2ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame
    typealias InboundOut = HTTP2Frame
    typealias OutboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private let logger: Logger
    /// For these, a stream is a request that is answered when it is closed.
    private var deadlines = ConnectionDeadlines(at: .uptimeNanoseconds(0))
    private var timer: Scheduled<Void>?
    private var newestStream = HTTP2StreamID.rootStream
    /// Whether its client was told that the connection is at an end because of an error.
    private var isBroken = false
    private let pause = ReadingPause()

    init(logger: Logger) {
        self.logger = logger
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadlines = ConnectionDeadlines(at: context.eventLoop.now)
        lookAgain(context, in: ConnectionDeadlines.interval)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            sendGoAway(context)
            deadlines.stop(at: context.eventLoop.now)
            timer?.cancel()
            lookAgain(context, in: .zero)
        case ChannelEvent.inputClosed:
            context.close(promise: nil)
        default:
            break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What a client does wrong on one stream ends that one alone. Of what is wrong with the connection it is told first.
        guard isBroken || !(error is any NIOHTTP2Error) else { return }
        logger.debug("closed a connection of HTTP/2: \(error)")
        context.close(promise: nil)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is ReadingPause.Request else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        pause.begin(context)
    }

    /// Open streams continue. One that is newer has not been taken, and its client knows that it can ask elsewhere.
    private func sendGoAway(_ context: ChannelHandlerContext) {
        let payload = HTTP2Frame.FramePayload.goAway(lastStreamID: newestStream, errorCode: .noError, opaqueData: nil)
        context.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: payload)), promise: nil)
    }

    // MARK: Time

    private func lookAgain(_ context: ChannelHandlerContext, in delay: Duration) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) { self.look(context) }
    }

    private func look(_ context: ChannelHandlerContext) {
        let bytes = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        guard case .look(let delay) = deadlines.verdict(waiting: bytes, at: context.eventLoop.now) else {
            logger.debug("closed a connection that its client did not use, or did not read from")
            sendGoAway(context)
            context.close(promise: nil)
            return
        }
        lookAgain(context, in: delay)
    }
}

extension HTTP2ConnectionHandler {
    /// Tells a handler of the connection's streams and of what is written.
    struct Delegate: NIOHTTP2StreamDelegate, NIOHTTP2FrameDelegate {
        private let handler: NIOLoopBound<HTTP2ConnectionHandler>

        init(_ handler: HTTP2ConnectionHandler, on eventLoop: any EventLoop) {
            self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
        }

        func streamCreated(_ id: HTTP2StreamID, channel: any Channel) {
            let handler = handler.value
            handler.newestStream = max(handler.newestStream, id)
            handler.deadlines.readHead(at: channel.eventLoop.now)
            handler.deadlines.readEnd(at: channel.eventLoop.now)
        }

        func wroteFrame(_ frame: HTTP2Frame) {
            if case .goAway(_, let code, _) = frame.payload, code != .noError { handler.value.isBroken = true }
        }

        func streamClosed(_ id: HTTP2StreamID, channel: any Channel) {
            handler.value.deadlines.endedAnswer(at: channel.eventLoop.now)
        }
    }
}
