import NIOCore
import NIOHTTP2

/// Ends a stream of HTTP/2 with its last frame instead of an empty one behind it.
///
/// An empty frame may wait in swift-nio-http2 for the connection's window. If the client meanwhile makes the stream's window negative, by
/// a smaller `SETTINGS_INITIAL_WINDOW_SIZE`, swift-nio-http2 1.46 takes a slice of negative length from the frame, which ends the process.
final class EndOfStreamHandler: ChannelOutboundHandler {
    typealias OutboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    /// What may be the last frame, until the next one comes or a flush.
    private var held: (payload: HTTP2Frame.FramePayload, promise: EventLoopPromise<Void>?)?

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let payload = unwrapOutboundIn(data)
        guard case .data(let end) = payload, end.endStream, end.data.readableBytes == 0, let last = ended() else {
            writeHeld(context)
            held = (payload, promise)
            return
        }
        if let promise, let other = held?.promise {
            other.futureResult.cascade(to: promise)
            held = (last, other)
        } else {
            held = (last, promise ?? held?.promise)
        }
        writeHeld(context)
    }

    func flush(context: ChannelHandlerContext) {
        writeHeld(context)
        context.flush()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        held?.promise?.fail(ChannelError.ioOnClosedChannel)
        held = nil
    }

    /// The frame that is held, as the last one; `nil` if there is none that can be.
    private func ended() -> HTTP2Frame.FramePayload? {
        switch held?.payload {
        case .data(var data):
            data.endStream = true
            return .data(data)
        case .headers(var headers):
            headers.endStream = true
            return .headers(headers)
        default:
            return nil
        }
    }

    private func writeHeld(_ context: ChannelHandlerContext) {
        guard let (payload, promise) = held else { return }
        held = nil
        context.write(wrapOutboundOut(payload), promise: promise)
    }
}
