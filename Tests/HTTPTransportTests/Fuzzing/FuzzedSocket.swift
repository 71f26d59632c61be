import NIOCore
import NIOEmbedded

/// Makes an `EmbeddedChannel` behave like a socket: it reads only when asked, and while its client does not read, what is written waits
/// and makes the channel unwritable.
final class FuzzedSocket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// In bytes: SwiftNIO's, of a socket.
    static let highWatermark = 1 << 16

    private(set) var isReadWanted = false
    /// In bytes: what waits.
    private(set) var waiting = 0
    private(set) var isBlocked = false
    /// Whether something was written behind the end of the output.
    private(set) var hasWrittenTooMuch = false
    private var isOutputOver = false
    /// Of what waits. The channel would not fail them when it is closed.
    private var promises: [EventLoopPromise<Void>] = []

    func readDone() {
        isReadWanted = false
    }

    func read(context: ChannelHandlerContext) {
        isReadWanted = true
        context.read()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard context.channel.isActive else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        let bytes = unwrapOutboundIn(data)
        if isOutputOver { hasWrittenTooMuch = true }
        waiting += bytes.readableBytes
        if let promise { promises.append(promise) }
        context.write(wrapOutboundOut(bytes), promise: nil)
        if waiting > Self.highWatermark { setWritable(false, context.channel) }
    }

    func flush(context: ChannelHandlerContext) {
        guard !isBlocked else { return }
        waiting = 0
        context.flush()
        for promise in takePromises() { promise.succeed() }
        setWritable(true, context.channel)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode != .output else {
            isOutputOver = true
            promise?.succeed()
            return
        }
        for promise in takePromises() { promise.fail(ChannelError.ioOnClosedChannel) }
        context.close(mode: mode, promise: promise)
    }

    private func takePromises() -> [EventLoopPromise<Void>] {
        defer { promises = [] }
        return promises
    }

    func setBlocked(_ isBlocked: Bool, _ channel: EmbeddedChannel) {
        self.isBlocked = isBlocked
        if !isBlocked { channel.flush() }
    }

    private func setWritable(_ isWritable: Bool, _ channel: any Channel) {
        guard let channel = channel as? EmbeddedChannel, channel.isWritable != isWritable else { return }
        channel.isWritable = isWritable
        channel.pipeline.fireChannelWritabilityChanged()
    }
}
