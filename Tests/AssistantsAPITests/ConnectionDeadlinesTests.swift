import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import NIOExtras
import NIOHTTPTypes
import Testing

@testable import AssistantsAPI

/// Time is the test's: no test waits.
@Suite("Deadlines of connections")
struct ConnectionDeadlinesTests {
    private let channel: EmbeddedChannel
    private let request = HTTPRequest(method: .post, scheme: "http", authority: "a", path: "/")

    init() throws {
        channel = EmbeddedChannel(
            handlers: [
                HalfClosing(), ConnectionHandler(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }),
            ]
        )
        channel.allowOptionsWhenClosed = true
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/a")).wait()
    }

    private func wait(_ time: Duration) {
        channel.embeddedEventLoop.advanceTime(by: TimeAmount(time))
    }

    private func receive(_ part: HTTPRequestPart) throws {
        try channel.writeInbound(part)
    }

    /// A piece of a body every second.
    private func receivePieces(_ count: Int) throws {
        for _ in 1...count {
            wait(.seconds(1))
            try receive(.body(ByteBuffer(string: "x")))
        }
    }

    /// Bytes that make no part of a request yet.
    private func receiveBytes() {
        channel.pipeline.fireChannelReadComplete()
    }

    private func answer() throws {
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        while try channel.readOutbound(as: HTTPResponsePart.self) != nil {}
    }

    /// The status of what was sent, if anything was.
    private func status() throws -> Int? {
        guard case .head(let head) = try channel.readOutbound(as: HTTPResponsePart.self) else { return nil }
        return head.status.code
    }

    /// A 408 was sent, its client has 2 s to see it, and then the connection is closed.
    private func expectTimeout() throws {
        #expect(try status() == 408)
        #expect(channel.isActive)
        wait(.seconds(2))
        #expect(!channel.isActive)
    }

    @Test("a connection on which nothing happens is closed after a minute, without an answer")
    func idle() throws {
        wait(.seconds(59))
        #expect(channel.isActive)
        wait(.seconds(1))
        #expect(!channel.isActive)
        #expect(try status() == nil)
    }

    @Test("headers have 10 s from their first byte, however many more come", arguments: [0, 1])
    func head(requestsBefore: Int) throws {
        for _ in 0..<requestsBefore {
            try receive(.head(request))
            try receive(.end(nil))
            try answer()
        }
        wait(.seconds(30))
        for _ in 1...9 {
            receiveBytes()
            wait(.seconds(1))
        }
        #expect(channel.isActive)
        receiveBytes()
        wait(.seconds(1))
        try expectTimeout()
    }

    @Test("a body has 30 s from its headers, however many pieces come")
    func body() throws {
        try receive(.head(request))
        try receivePieces(29)
        #expect(channel.isActive)
        wait(.seconds(1))
        try expectTimeout()
    }

    @Test(
        "the 408 of a late request does not cut off the response before it that waits to be sent",
        arguments: [true, false]
    )
    func responseBefore(isHeadLate: Bool) throws {
        try receive(.head(request))
        try receive(.end(nil))
        let writes = PendingWrites()
        try channel.pipeline.syncOperations.addHandler(writes, position: .first)
        channel.write(HTTPResponsePart.head(HTTPResponse(status: .ok)), promise: nil)
        channel.writeAndFlush(HTTPResponsePart.end(nil), promise: nil)
        if isHeadLate { receiveBytes() } else { try receive(.head(request)) }
        wait(.seconds(31))
        #expect(channel.isActive)
        writes.release()
        #expect(try status() == 200)
        guard case .end = try channel.readOutbound(as: HTTPResponsePart.self) else {
            Issue.record("the response before has no end")
            return
        }
        try expectTimeout()
    }

    @Test("the rest of a body that was answered already has no more time, and no second answer")
    func bodyAfterAnswer() throws {
        try receive(.head(request))
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .contentTooLarge)))
        #expect(try status() == 413)
        wait(.seconds(30))
        #expect(!channel.isActive)
        #expect(try status() == nil)
    }

    @Test("the rest of a body whose answer has ended has 30 s more, however many pieces come, and no second answer")
    func bodyAfterWholeAnswer() throws {
        try receive(.head(request))
        try answer()
        try receivePieces(29)
        #expect(channel.isActive)
        wait(.seconds(1))
        #expect(!channel.isActive)
        #expect(try status() == nil)
    }

    @Test("the server may take its time to answer, and the next request waits for it")
    func answering() throws {
        try receive(.head(request))
        try receive(.end(nil))
        receiveBytes()
        wait(.seconds(600))
        #expect(channel.isActive)
        try answer()
        wait(.seconds(9))
        #expect(channel.isActive)
        wait(.seconds(1))
        try expectTimeout()
    }

    @Test("many requests, one after the other, never run out of time")
    func busy() throws {
        for _ in 1...100 {
            receiveBytes()
            wait(.seconds(5))
            try receive(.head(request))
            wait(.seconds(20))
            try receive(.end(nil))
            try answer()
            wait(.seconds(50))
        }
        #expect(channel.isActive)
    }

    // MARK: Stop

    private func stop() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        channel.embeddedEventLoop.run()
    }

    @Test("when the server stops, a request that comes within a second is answered, and is the last")
    func stopWhileIdle() throws {
        stop()
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(999))
        #expect(channel.isActive)
        try receive(.head(request))
        try receive(.end(nil))
        wait(.seconds(5))
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        guard case .head(let head) = try channel.readOutbound(as: HTTPResponsePart.self) else {
            Issue.record("no answer")
            return
        }
        #expect(head.headerFields[.connection] == "close")
        #expect(!channel.isActive)
    }

    @Test("when the server stops, a connection without a request is closed after a second")
    func stopWithoutRequest() throws {
        wait(.seconds(50))
        stop()
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(999))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!channel.isActive)
    }

    @Test("when the server stops, requests that have come are all answered, and then the connection is closed")
    func stopWhileAnswering() throws {
        for _ in 1...2 {
            try receive(.head(request))
            try receive(.end(nil))
        }
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
        stop()
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        #expect(channel.isActive)
        try answer()
        #expect(!channel.isActive)
    }
}

/// A socket can be closed for writing alone; an `EmbeddedChannel` would be closed whole.
private final class HalfClosing: ChannelOutboundHandler {
    typealias OutboundIn = HTTPResponsePart

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .output { promise?.succeed() } else { context.close(mode: mode, promise: promise) }
    }
}

/// Keeps what is written until it is released, as a socket does whose client reads slowly.
private final class PendingWrites: ChannelOutboundHandler {
    typealias OutboundIn = HTTPResponsePart

    private var held: [(NIOAny, EventLoopPromise<Void>?)] = []
    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        held.append((data, promise))
    }

    func flush(context: ChannelHandlerContext) {}

    func release() {
        for (data, promise) in held { context?.write(data, promise: promise) }
        held = []
        context?.flush()
    }
}
