import NIOCore
import NIOExtras
import NIOHTTP1

/// Makes a stream of HTTP/2 like a connection to the `ConnectionHandler` behind it.
///
/// An answer waits here, and goes down in pieces, a few at a time: a client's windows may be large, and what was handed down is
/// encrypted at once and cannot be asked for, so that nobody could tell a client that reads slowly from one that does not read.
final class StreamHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Of a piece, in bytes: one frame.
    private static let pieceSize = 1 << 14
    /// How many pieces may be on their way.
    private static let maximumPieces = 4

    /// What has been written and not been sent, in bytes, and one for a response's end, which may wait for the client's window too. A
    /// stream cannot be asked for it, as the socket of a connection can.
    private(set) var unsent = 0
    private var piecesOnTheirWay = 0
    private var waiting = CircularBuffer<(part: HTTPServerResponsePart, promise: EventLoopPromise<Void>?)>()

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // When the server stops, that is for the connection; a stream ends with its answer.
        if !(event is ChannelShouldQuiesceEvent) { context.fireUserInboundEventTriggered(event) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        failWaiting(ChannelError.ioOnClosedChannel)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        failWaiting(ChannelError.ioOnClosedChannel)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        var promise = promise
        switch part {
        case .head:
            break
        case .body(let bytes):
            unsent += bytes.readableBytes
        case .end:
            unsent += 1
            let sent = promise ?? context.eventLoop.makePromise(of: Void.self)
            sent.futureResult.assumeIsolated().whenComplete { _ in self.unsent -= 1 }
            promise = sent
        }
        waiting.append((part, promise))
        writeMore(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, !waiting.isEmpty {
            writeMore(context)
            context.flush()
        }
        context.fireChannelWritabilityChanged()
    }

    private func isBody(_ part: HTTPServerResponsePart?) -> Bool { if case .body = part { true } else { false } }

    private func writeMore(_ context: ChannelHandlerContext) {
        // The end follows the last piece at once, so that it can be part of that frame.
        while piecesOnTheirWay < Self.maximumPieces && context.channel.isWritable || !isBody(waiting.first?.part),
            let (part, promise) = waiting.popFirst()
        {
            switch part {
            case .body(.byteBuffer(var bytes)):
                let piece = bytes.readSlice(length: min(bytes.readableBytes, Self.pieceSize)) ?? ByteBuffer()
                let sent = context.eventLoop.makePromise(of: Void.self)
                if bytes.readableBytes > 0 {
                    waiting.prepend((.body(.byteBuffer(bytes)), promise))
                } else {
                    sent.futureResult.cascade(to: promise)
                }
                write(piece, context, promise: sent)
            case .head, .body, .end:
                context.write(wrapOutboundOut(part), promise: promise)
            }
        }
    }

    private func write(_ piece: ByteBuffer, _ context: ChannelHandlerContext, promise: EventLoopPromise<Void>) {
        piecesOnTheirWay += 1
        promise.futureResult.assumeIsolated().whenComplete { result in
            self.piecesOnTheirWay -= 1
            self.unsent -= piece.readableBytes
            guard case .success = result, !self.waiting.isEmpty else { return }
            // Not within the write that has just been done.
            context.eventLoop.assumeIsolated().execute {
                self.writeMore(context)
                context.flush()
            }
        }
        context.write(wrapOutboundOut(.body(.byteBuffer(piece))), promise: promise)
    }

    private func failWaiting(_ error: any Error) {
        while let (_, promise) = waiting.popFirst() { promise?.fail(error) }
    }
}
