import Logging
import NIOCore
import NIOEmbedded
import NIOExtras
import NIOHTTP2
import Testing

@testable import HTTPTransport

/// Time is the test's: no test waits.
@Suite("Deadlines of connections of HTTP/2")
struct HTTP2ConnectionTests {
    private let channel: EmbeddedChannel
    private let streams: HTTP2ConnectionHandler.Delegate

    init() throws {
        let handler = HTTP2ConnectionHandler(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        channel = EmbeddedChannel(handlers: [handler])
        streams = HTTP2ConnectionHandler.Delegate(handler, on: channel.eventLoop)
        channel.allowOptionsWhenClosed = true
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/a")).wait()
    }

    private func wait(_ time: Duration) {
        channel.embeddedEventLoop.advanceTime(by: TimeAmount(time))
    }

    private func open(_ stream: HTTP2StreamID) {
        streams.streamCreated(stream, channel: channel)
    }

    private func close(_ stream: HTTP2StreamID) {
        streams.streamClosed(stream, channel: channel)
    }

    /// After which streams the client was told to go elsewhere.
    private func goAways() throws -> [HTTP2StreamID] {
        var streams: [HTTP2StreamID] = []
        while let frame = try channel.readOutbound(as: HTTP2Frame.self) {
            if case .goAway(let last, .noError, _) = frame.payload { streams.append(last) }
        }
        return streams
    }

    @Test("a connection without a stream is closed after a minute, and its client told that none was taken")
    func unused() throws {
        wait(.seconds(59))
        #expect(channel.isActive)
        wait(.seconds(1))
        #expect(!channel.isActive)
        #expect(try goAways() == [0])
    }

    @Test("streams that are open keep it, however long they take, and a minute after the last it is closed")
    func used() throws {
        open(1)
        open(3)
        wait(.seconds(600))
        close(3)
        wait(.seconds(600))
        close(1)
        wait(.seconds(59))
        #expect(channel.isActive)
        #expect(try goAways().isEmpty)
        wait(.seconds(1))
        #expect(!channel.isActive)
        #expect(try goAways() == [3])
    }

    @Test("when the server stops, clients are told which streams are served, and after these the connection is closed")
    func stop() throws {
        open(1)
        open(3)
        close(3)
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        channel.embeddedEventLoop.run()
        #expect(try goAways() == [3])
        wait(.seconds(5))
        #expect(channel.isActive)
        close(1)
        wait(.seconds(3))
        #expect(!channel.isActive)
    }

    @Test("when the server stops, a connection without a stream is closed after a second")
    func stopWithoutStream() throws {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        channel.embeddedEventLoop.run()
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(999))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!channel.isActive)
    }

    @Test("a connection whose client sends no more is closed")
    func inputClosed() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(!channel.isActive)
    }

    @Test("an error of HTTP/2 ends a connection where its client was told so, and else a stream alone")
    func errors() {
        channel.pipeline.fireErrorCaught(NIOHTTP2Errors.badClientMagic())
        #expect(channel.isActive)
        let goAway = HTTP2Frame.FramePayload.goAway(lastStreamID: 0, errorCode: .protocolError, opaqueData: nil)
        streams.wroteFrame(HTTP2Frame(streamID: .rootStream, payload: goAway))
        channel.pipeline.fireErrorCaught(NIOHTTP2Errors.badClientMagic())
        #expect(!channel.isActive)
    }

    @Test("an error that is not of HTTP/2 ends a connection")
    func otherError() {
        channel.pipeline.fireErrorCaught(CancellationError())
        #expect(!channel.isActive)
    }
}
