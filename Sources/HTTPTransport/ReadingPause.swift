import NIOCore

/// Has nothing be read from a connection for a moment.
final class ReadingPause {
    /// Asks the connection's handler for one.
    struct Request {}

    private static let duration = Duration.milliseconds(500)

    private(set) var isPaused = false

    func begin(_ context: ChannelHandlerContext) {
        guard !isPaused else { return }
        isPaused = true
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(Self.duration)) {
            self.isPaused = false
            try? context.channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }
}
