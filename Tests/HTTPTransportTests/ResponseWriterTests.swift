import Foundation
import Logging
import NIOCore
import NIOEmbedded
import NIOHPACK
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import Synchronization
import Testing

@testable import HTTPTransport

@Suite("Streamed responses")
struct ResponseWriterTests {
    private static let request = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

    private let events = Events()

    private func writer(limit: Int = 10_000) -> ResponseWriter {
        ResponseWriter(limit: limit, onWritable: { [events] in events.add("writable") }) { [events] in
            events.add("closed")
        }
    }

    private func response(_ writer: ResponseWriter) -> Response {
        Response(status: .ok, headers: ["Content-Type": "text/plain"], body: .streamed(writer))
    }

    /// A connection whose request has a response with this body.
    private func connection(_ writer: ResponseWriter, request: String = request) throws -> TestConnection {
        let connection = try TestConnection()
        try connection.receive(request)
        try connection.answer(response(writer))
        return connection
    }

    @Test("what is written is sent at once, each part with its length, and the connection is kept")
    func parts() throws {
        let writer = writer()
        let connection = try connection(writer)
        let head = try connection.takeSent()
        #expect(head.hasPrefix("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nDate: "))
        #expect(!head.contains("Content-Length") && !head.contains("Connection") && head.hasSuffix("\r\n\r\n"))
        #expect(writer.write(ByteBuffer(string: "one")) == .accepted)
        #expect(writer.write(ByteBuffer()) == .accepted)
        #expect(writer.write(ByteBuffer(string: String(repeating: "x", count: 17))) == .accepted)
        connection.run()
        #expect(try connection.takeSent() == "3\r\none\r\n11\r\n\(String(repeating: "x", count: 17))\r\n")
        writer.end()
        #expect(writer.write(ByteBuffer(string: "more")) == .closed)
        connection.run()
        #expect(try connection.takeSent() == "0\r\n\r\n")
        #expect(events.all == ["closed"])
        #expect(connection.connections.requestCount == 0)
        try connection.receive(Self.request)
        try connection.answer()
        #expect(try connection.statuses() == [200])
    }

    @Test("what is written before the response is given follows its head")
    func before() throws {
        let writer = writer()
        #expect(writer.write(ByteBuffer(string: "early")) == .accepted)
        writer.end()
        let connection = try connection(writer)
        #expect(try connection.takeSent().hasSuffix("\r\n\r\n5\r\nearly\r\n0\r\n\r\n"))
    }

    @Test("to a client of HTTP/1.0, which knows no chunks, the connection's end is the body's")
    func oldClient() throws {
        let writer = writer()
        let connection = try connection(writer, request: "GET / HTTP/1.0\r\n\r\n")
        let head = try connection.takeSent()
        #expect(head.contains("\r\nConnection: close\r\n") && !head.contains("Transfer-Encoding"))
        _ = writer.write(ByteBuffer(string: "one"))
        writer.end()
        connection.run()
        #expect(try connection.takeSent() == "one")
        connection.endInput()
        #expect(!connection.channel.isActive)
    }

    @Test("a write beyond the limit is refused, and the producer is told when half of what waited has been sent")
    func bound() throws {
        let writer = writer(limit: 2 * (50 + 512))
        let connection = try connection(writer)
        connection.socket.block(connection.channel)
        let part = ByteBuffer(repeating: UInt8(ascii: "x"), count: 50)
        #expect(writer.write(part) == .accepted)
        connection.run()
        #expect(writer.write(part) == .accepted)
        #expect(writer.write(ByteBuffer(string: "x")) == .full)
        connection.run()
        #expect(writer.write(ByteBuffer(string: "x")) == .full)
        #expect(events.all.isEmpty)
        connection.socket.release(connection.channel)
        #expect(events.all == ["writable"])
        #expect(writer.write(ByteBuffer(repeating: 0, count: 10_000)) == .accepted)
        #expect(writer.write(ByteBuffer(string: "x")) == .full)
        connection.run()
        #expect(events.all == ["writable", "writable"])
    }

    @Test("a connection that is lost while the head is written leaves nothing behind")
    func lostAtOnce() throws {
        weak var weakWriter: ResponseWriter?
        do {
            let writer = writer()
            weakWriter = writer
            let connection = try TestConnection()
            try connection.receive(Self.request)
            connection.socket.closesOnWrite = true
            try connection.answer(response(writer))
            #expect(!connection.channel.isActive)
            #expect(events.all == ["closed"])
        }
        #expect(weakWriter == nil)
    }

    @Test(
        "producers on many threads, one of which ends the body, lose nothing that was accepted",
        .timeLimit(.minutes(1))
    )
    func producers() async throws {
        for isCancelled in [false, true] {
            let writer = ResponseWriter(limit: 1 << 20) { [events] in
                events.add("writable")
            } onClose: { [events] in
                events.add("closed \(isCancelled)")
            }
            let connection = try connection(writer)
            _ = try connection.takeSent()
            let accepted = await withTaskGroup(of: Int.self) { group in
                for producer in 0..<4 {
                    group.addTask {
                        var count = 0
                        for number in 0..<200 {
                            if producer == 0, number == 100 { isCancelled ? writer.cancel() : writer.end() }
                            if writer.write(ByteBuffer(string: "x")) == .accepted { count += 1 }
                        }
                        return count
                    }
                }
                return await group.reduce(0, +)
            }
            connection.run()
            #expect(writer.write(ByteBuffer(string: "x")) == .closed)
            #expect(events.all.count { $0 == "closed \(isCancelled)" } == 1)
            let chunks = try connection.takeSent().components(separatedBy: "1\r\nx\r\n").count - 1
            #expect(isCancelled ? chunks == 0 : chunks == accepted)
            #expect(connection.channel.isActive != isCancelled)
        }
    }

    @Test("a producer learns that the client has gone", arguments: [true, false])
    func clientGone(isAnswered: Bool) throws {
        let writer = writer()
        let connection = try TestConnection()
        try connection.receive(Self.request)
        if isAnswered { try connection.answer(response(writer)) }
        connection.channel.close(promise: nil)
        if !isAnswered { try connection.answer(response(writer)) }
        #expect(events.all == ["closed"])
        #expect(writer.write(ByteBuffer(string: "x")) == .closed)
        #expect(connection.connections.requestCount == 0)
    }

    @Test(
        "where a response has no body, nothing is written",
        arguments: [(HTTPMethod.HEAD, HTTPResponseStatus.ok), (.GET, .noContent), (.GET, .notModified)]
    )
    func noBody(method: HTTPMethod, status: HTTPResponseStatus) throws {
        let writer = writer()
        _ = writer.write(ByteBuffer(string: "x"))
        let connection = try TestConnection()
        try connection.receive("\(method.rawValue) / HTTP/1.1\r\nHost: a\r\n\r\n")
        try connection.answer(Response(status: status, body: .streamed(writer)))
        #expect(events.all == ["closed"])
        #expect(try connection.takeSent().hasSuffix("GMT\r\n\r\n"))
        try connection.receive(Self.request)
        try connection.answer()
        #expect(try connection.statuses() == [200])
    }

    @Test("a body that is cut off is seen to be incomplete", arguments: [true, false])
    func cutOff(isEnded: Bool) throws {
        let writer = writer()
        let connection = try connection(writer)
        _ = try connection.takeSent()
        _ = writer.write(ByteBuffer(string: "one"))
        if isEnded { writer.end() }
        writer.cancel()
        connection.run()
        #expect(!connection.channel.isActive)
        #expect(try !connection.takeSent().contains("0\r\n\r\n"))
        #expect(events.all == ["closed"])
    }

    @Test("the next request is answered behind the body's end")
    func pipelined() throws {
        let writer = writer()
        let connection = try connection(writer, request: Self.request + Self.request)
        #expect(connection.responder.requests.count == 1)
        writer.end()
        connection.run()
        #expect(connection.responder.requests.count == 2)
        try connection.answer()
        #expect(try connection.statuses() == [200, 200])
    }

    @Test("a client that has ended its side gets the whole body, and then the connection's end")
    func halfClosed() throws {
        let writer = writer()
        let connection = try connection(writer)
        connection.endInput()
        connection.wait(.seconds(120))
        _ = try connection.takeSent()
        _ = writer.write(ByteBuffer(string: "one"))
        writer.end()
        connection.run()
        #expect(try connection.takeSent() == "3\r\none\r\n0\r\n\r\n")
        #expect(!connection.channel.isActive)
    }

    @Test("a listener to which nothing is written for long is kept")
    func quiet() throws {
        let connection = try connection(writer())
        connection.wait(.seconds(3_600))
        #expect(connection.channel.isActive)
    }

    @Test("a request's body that does not arrive ends the connection, and writes nothing into the response")
    func slowBody() throws {
        let writer = writer()
        let connection = try connection(
            writer,
            request: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\na"
        )
        connection.responder.requests.first?.connection.sendContinue()
        connection.wait(.seconds(29))
        _ = writer.write(ByteBuffer(string: "one"))
        connection.run()
        connection.wait(.seconds(2))
        #expect(!connection.channel.isActive)
        let sent = try connection.takeSent()
        #expect(sent.hasSuffix("\r\n\r\n3\r\none\r\n") && sent.split(separator: "HTTP/1.1 ").count == 1)
    }

    @Test("a request's body that arrives meanwhile changes nothing", arguments: [true, false])
    func lateBody(isComplete: Bool) throws {
        let writer = writer()
        let connection = try connection(writer, request: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\na")
        _ = try connection.takeSent()
        if isComplete { try connection.receive("bcde" + Self.request) } else { connection.endInput() }
        #expect(connection.responder.requests.count == 1)
        _ = writer.write(ByteBuffer(string: "one"))
        writer.end()
        connection.run()
        #expect(try connection.takeSent() == "3\r\none\r\n0\r\n\r\n")
        connection.wait(.seconds(2))
        #expect(connection.channel.isActive == isComplete)
        #expect(connection.responder.requests.count == (isComplete ? 2 : 1))
    }

    @Test("nothing is answered behind a streamed response that says it is the last of a server that stops")
    func lastOfStop() throws {
        let writer = writer()
        let connection = try TestConnection()
        try connection.receive(Self.request)
        connection.stop()
        try connection.answer(response(writer))
        #expect(try connection.takeSent().contains("\r\nConnection: close\r\n"))
        try connection.receive(Self.request)
        writer.end()
        connection.run()
        #expect(connection.responder.requests.count == 1)
        #expect(try connection.takeSent() == "0\r\n\r\n")
        connection.wait(.seconds(2))
        #expect(!connection.channel.isActive)
    }

    @Test(
        "a server that stops lets bodies end, and cuts them off where it is told to end at once",
        arguments: [true, false]
    )
    func stop(isCancelled: Bool) throws {
        let writer = writer()
        let connection = try connection(writer)
        connection.stop()
        connection.wait(.seconds(60))
        #expect(connection.channel.isActive)
        #expect(connection.connections.requestCount == 1)
        if isCancelled { connection.connections.cancelRequests() } else { writer.end() }
        connection.run()
        #expect(!connection.channel.isActive)
        #expect(connection.connections.requestCount == 0)
    }

    @Test("the body of a stream of HTTP/2 is its data, and the stream's end is the body's")
    func stream() throws {
        let writer = writer()
        let channel = EmbeddedChannel()
        let responder = TestResponder(immediate: response(writer))
        let stream = StreamHandler()
        try channel.pipeline.syncOperations.addHandlers([
            EndOfStreamHandler(), HTTP2FramePayloadToHTTP1ServerCodec(), stream,
            ConnectionHandler(
                responder: responder,
                loop: EventLoopState(channel.eventLoop),
                connections: OpenConnections(),
                behind: stream,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ),
        ])
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/a")).wait()
        try channel.writeInbound(
            HTTP2Frame.FramePayload.headers(
                .init(
                    headers: [":method": "GET", ":path": "/", ":scheme": "https", ":authority": "a"],
                    endStream: true
                )
            )
        )
        guard case .headers(let head) = try channel.readOutbound(as: HTTP2Frame.FramePayload.self) else {
            Issue.record("the response has no head")
            return
        }
        #expect(!head.headers.contains(name: "transfer-encoding") && !head.headers.contains(name: "content-length"))
        #expect(writer.write(ByteBuffer(string: "one")) == .accepted)
        channel.embeddedEventLoop.run()
        writer.end()
        channel.embeddedEventLoop.run()
        guard case .data(let data) = try channel.readOutbound(as: HTTP2Frame.FramePayload.self),
            case .byteBuffer(let body) = data.data,
            case .headers(let end) = try channel.readOutbound(as: HTTP2Frame.FramePayload.self)
        else {
            Issue.record("the response is not data and an end")
            return
        }
        #expect(String(buffer: body) == "one")
        #expect(!data.endStream)
        // Not in an empty frame of data, which would wait for the client's window.
        #expect(end.headers.isEmpty && end.endStream)
    }

    @Test(
        "hundreds of listeners get everything in order from a producer that waits for none of them",
        .timeLimit(.minutes(1))
    )
    func listeners() async throws {
        let (count, parts) = (300, 100)
        let writers = Mutex<[ResponseWriter]>([])
        let responder = ListenersResponder { response in writers.withLock { $0.append(response) } }
        let (addresses, address) = AsyncStream.makeStream(of: SocketAddress.self)
        let server = try HTTPServer(
            responder: responder,
            socket: try BoundSocket(host: "127.0.0.1", port: 0),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { address.yield($0) }
        let running = Task { try await server.run() }
        let target = try #require(await addresses.first { _ in true })
        let received = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<count { group.addTask { try await Self.listen(to: target) } }
            while writers.withLock(\.count) < count { try await Task.sleep(for: .milliseconds(5)) }
            let all = writers.withLock { $0 }
            for number in 0..<parts {
                let part = ByteBuffer(string: "event \(number)\n")
                for writer in all { #expect(writer.write(part) == .accepted) }
            }
            for writer in all { writer.end() }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let expected = (0..<parts).map { "event \($0)\n" }.joined()
        #expect(received.count == count)
        #expect(received.allSatisfy { $0 == expected })
        running.cancel()
        try await running.value
    }

    /// The body of the response, without its chunks' lengths.
    private static func listen(to address: SocketAddress) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address) {
            channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHTTPClientHandlers()
                return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                    wrappingChannelSynchronously: channel
                )
            }
        }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(
                .head(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: ["Host": "a"]))
            )
            try await outbound.write(.end(nil))
            var body = ""
            for try await part in inbound {
                switch part {
                case .head: break
                case .body(let bytes): body += String(buffer: bytes)
                case .end: return body
                }
            }
            return "\(body) without an end"
        }
    }
}

/// What happened, in its order.
private final class Events: Sendable {
    private let events = Mutex<[String]>([])

    var all: [String] { events.withLock { $0 } }

    func add(_ event: String) { events.withLock { $0.append(event) } }
}

/// Gives every request a response that is written.
private struct ListenersResponder: Responder {
    let onRequest: @Sendable (ResponseWriter) -> Void

    func respond(to request: Request) async -> Response {
        let writer = ResponseWriter(limit: 1 << 16)
        onRequest(writer)
        return Response(status: .ok, body: .streamed(writer))
    }

    func response(to refusal: Refusal) -> Response { Response(status: .badRequest) }
}
