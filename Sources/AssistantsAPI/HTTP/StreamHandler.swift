import HTTPTypes
import NIOCore
import NIOExtras
import NIOHTTPTypes

/// Makes a stream of HTTP/2 like a connection to the `ConnectionHandler` behind it.
final class StreamHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// What is written at once, in bytes: one frame.
    private static let pieceSize = 1 << 14

    /// What has been written and not been sent, in bytes. A stream cannot be asked for it, as the socket of a connection can.
    private(set) var unsent = 0

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // When the server stops, that is for the connection; a stream ends with its answer.
        if !(event is ChannelShouldQuiesceEvent) { context.fireUserInboundEventTriggered(event) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            // There is no such header in HTTP/2 (RFC 9113, section 8.2.2).
            head.headerFields[.connection] = nil
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body(let bytes):
            write(bytes, context, promise: promise)
        case .end:
            context.write(data, promise: promise)
        }
    }

    private func write(_ bytes: ByteBuffer, _ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        var bytes = bytes
        unsent += bytes.readableBytes
        repeat {
            let piece = bytes.readSlice(length: min(bytes.readableBytes, Self.pieceSize)) ?? ByteBuffer()
            let sent = context.eventLoop.makePromise(of: Void.self)
            sent.futureResult.assumeIsolated().whenComplete { _ in self.unsent -= piece.readableBytes }
            if bytes.readableBytes == 0 { sent.futureResult.cascade(to: promise) }
            context.write(wrapOutboundOut(.body(piece)), promise: sent)
        } while bytes.readableBytes > 0
    }
}
