import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization
import Testing

@testable import HTTPTransport

@Suite("Connections of HTTP/1.1")
struct ConnectionHandlerTests {
    private static let request = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let upload = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"

    private func response(_ body: String, _ status: HTTPResponseStatus = .ok) -> Response {
        Response(status: status, headers: ["Content-Type": "text/plain"], body: ByteBuffer(string: body))
    }

    private func body(of sent: String) -> Substring {
        sent.firstRange(of: "\r\n\r\n").map { sent[$0.upperBound...] } ?? ""
    }

    @Test("a response that needs no waiting is written before the read returns, with its head in one piece")
    func immediate() throws {
        let connection = try TestConnection(TestResponder(immediate: response("hello")))
        try connection.channel.writeInbound(ByteBuffer(string: Self.request))
        let bytes = try #require(try connection.channel.readOutbound(as: ByteBuffer.self))
        let text = String(buffer: bytes)
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.prefix(3) == ["HTTP/1.1 200 OK", "Content-Type: text/plain", "Content-Length: 5"])
        #expect(lines[3].wholeMatch(of: /Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/) != nil)
        #expect(lines.suffix(2) == ["", "hello"])
    }

    @Test("requests that come at once are answered in their order, each behind the response before it")
    func pipelined() throws {
        let connection = try TestConnection()
        try connection.receive((1...3).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
        for number in 1...3 {
            #expect(connection.responder.requests.map(\.target) == (1...number).map { "/\($0)" })
            try connection.answer(response("\(number)"))
            #expect(body(of: try connection.takeSent()) == "\(number)")
        }
    }

    @Test("thousands of requests that come at once and are answered at once need no stack for each")
    func manyAtOnce() throws {
        let connection = try TestConnection(TestResponder(immediate: response("x")))
        try connection.receive(String(repeating: Self.request, count: 20_000))
        #expect(try connection.statuses().count == 20_000)
    }

    @Test("while a request waits behind another, nothing more is read")
    func backPressure() throws {
        let connection = try TestConnection()
        try connection.receive(Self.request)
        connection.channel.read()
        #expect(connection.socket.readCount == 1)
        try connection.receive(Self.request)
        connection.channel.read()
        #expect(connection.socket.readCount == 1)
        try connection.answer()
        #expect(connection.socket.readCount == 2)
    }

    @Test("a body is read as it arrives, and no further than its reader takes it")
    func bodyPressure() async throws {
        let connection = try TestConnection()
        try connection.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n")
        let body = try #require(connection.responder.requests.first?.body)
        try connection.receive(String(repeating: "x", count: 100_000))
        connection.channel.read()
        #expect(connection.socket.readCount == 0)
        #expect(try await body.next()?.readableBytes == 100_000)
        connection.channel.embeddedEventLoop.run()
        #expect(connection.socket.readCount == 1)
        try connection.receive(String(repeating: "y", count: 100_000))
        #expect(try await body.next()?.readableBytes == 100_000)
        #expect(try await body.next() == nil)
        try connection.answer()
        #expect(try connection.statuses() == [200])
    }

    @Test("a body that ends early is incomplete to its reader", arguments: [true, false])
    func incompleteBody(isMalformed: Bool) async throws {
        let connection = try TestConnection()
        try connection.receive("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        let body = try #require(connection.responder.requests.first?.body)
        #expect(try await body.next().map { String(buffer: $0) } == "abc")
        if isMalformed {
            try connection.receive("zz\r\n")
        } else {
            connection.endInput()
        }
        await #expect(throws: RequestBody.Incomplete.self) { _ = try await body.next() }
        try connection.answer(response("", .badRequest))
        #expect(try connection.statuses() == [400])
    }

    @Test(
        "a client that keeps no connection gets its response, and then the connection's end",
        arguments: [
            "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        ]
    )
    func close(request: String) throws {
        let connection = try TestConnection()
        try connection.receive(request)
        try connection.answer(response("x"))
        let sent = try connection.takeSent()
        #expect(sent.contains("\r\nConnection: close\r\n") && body(of: sent) == "x")
        try connection.receive(Self.request)
        #expect(connection.responder.requests.count == 1)
        connection.endInput()
        #expect(!connection.channel.isActive)
    }

    @Test("a client that ends its side gets the responses to what it has sent, and then the connection's end")
    func halfClosed() throws {
        let connection = try TestConnection()
        try connection.receive(Self.request + Self.request)
        connection.endInput()
        try connection.answer(response("1"))
        #expect(connection.channel.isActive)
        try connection.answer(response("2"))
        #expect(try connection.statuses() == [200, 200])
        #expect(!connection.channel.isActive)
    }

    @Test("a client that ends its side without a request has the connection closed", arguments: ["", "GET / HT"])
    func halfClosedIdle(begun: String) throws {
        let connection = try TestConnection()
        try connection.receive(begun)
        connection.endInput()
        connection.wait(.seconds(2))
        #expect(!connection.channel.isActive)
    }

    @Test("what is not HTTP is refused, behind the responses to what came before")
    func malformed() throws {
        let connection = try TestConnection()
        try connection.receive(Self.request + "nonsense\r\n\r\n")
        try connection.receive("more")
        try connection.answer(response("x"))
        let sent = try connection.takeSent()
        #expect(sent.split(separator: "HTTP/1.1 ").map { $0.prefix(3) } == ["200", "400"])
        #expect(sent.contains("\r\nConnection: close\r\n"))
        connection.wait(.seconds(2))
        #expect(!connection.channel.isActive)
    }

    @Test("a body that turns out to be malformed does not cost its client the response that was sent before")
    func malformedBodyBehindResponse() throws {
        let connection = try TestConnection(TestResponder(immediate: response("x")))
        try connection.receive("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        try connection.receive("zz\r\n")
        #expect(try connection.statuses() == [200])
        // Closed at once with bytes unread, it would be reset.
        #expect(connection.channel.isActive)
        connection.wait(.seconds(2))
        #expect(!connection.channel.isActive)
    }

    @Test("a body in chunks from a client of HTTP/1.0 is refused, and nothing behind it is a request")
    func chunksOfHTTP10() throws {
        let connection = try TestConnection()
        let chunks = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        try connection.receive(Self.request + chunks + Self.request)
        try connection.answer()
        #expect(try connection.statuses() == [200, 400])
        #expect(connection.responder.requests.count == 1)
    }

    @Test("an endless run of blanks in a header is refused")
    func manyBlanks() throws {
        let connection = try TestConnection()
        try connection.receive("GET / HTTP/1.1\r\nHost: a\r\nX:")
        for _ in 1...5 { try connection.receive(String(repeating: " ", count: 1 << 14)) }
        #expect(try connection.statuses() == [400])
    }

    @Test(
        "a request that its client breaks off by closing the connection is not refused",
        arguments: ["GET / HT", upload]
    )
    func gone(begun: String) throws {
        let connection = try TestConnection()
        try connection.receive(begun)
        connection.channel.close(promise: nil)
        connection.channel.embeddedEventLoop.run()
        #expect(connection.responder.refusals == 0)
    }

    @Test("blanks around the values of Content-Length and Expect are no part of them")
    func blanks() throws {
        let connection = try TestConnection()
        try connection.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:  5 \r\nExpect: 100-continue \r\n\r\n")
        let head = try #require(connection.responder.requests.first?.head)
        #expect(head.announcedLength == 5)
        #expect(head.expectsContinue)
    }

    @Test("a response without content has no body and no length, and one to HEAD has the length alone")
    func withoutBody() throws {
        let connection = try TestConnection()
        for status in [HTTPResponseStatus.noContent, .notModified] {
            try connection.receive(Self.request)
            try connection.answer(response("x", status))
            let sent = try connection.takeSent()
            #expect(!sent.contains("Content-Length") && body(of: sent).isEmpty)
        }
        try connection.receive("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        try connection.answer(response("hello"))
        let sent = try connection.takeSent()
        #expect(sent.contains("\r\nContent-Length: 5\r\n") && body(of: sent).isEmpty)
    }

    @Test("a client that waits to be told is told when its body is wanted")
    func `continue`() throws {
        let connection = try TestConnection()
        try connection.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n")
        #expect(try connection.takeSent().isEmpty)
        connection.responder.requests.first?.connection.sendContinue()
        #expect(try connection.takeSent() == "HTTP/1.1 100 Continue\r\n\r\n")
        try connection.receive("x")
        try connection.answer()
        #expect(try connection.statuses() == [200])
        #expect(connection.channel.isActive)
    }

    @Test("while a client does not read, none of its further requests is answered, however many come")
    func unread() throws {
        let connection = try TestConnection(TestResponder(immediate: response("x")))
        try connection.receive(Self.request)
        connection.socket.block(connection.channel)
        try connection.receive(String(repeating: Self.request, count: 100))
        let reads = connection.socket.readCount
        connection.channel.read()
        #expect(connection.responder.requests.count == 1)
        #expect(connection.socket.readCount == reads)
        connection.socket.release(connection.channel)
        #expect(connection.responder.requests.count == 101)
        #expect(try connection.statuses().count == 101)
    }

    @Test("a client that ends its side before it has read everything gets everything")
    func halfClosedUnread() throws {
        let connection = try TestConnection(TestResponder(immediate: response(String(repeating: "x", count: 10_000))))
        connection.socket.block(connection.channel)
        connection.socket.unblockReading(connection.channel)
        try connection.receive(Self.request)
        connection.endInput()
        #expect(connection.channel.isActive)
        connection.socket.release(connection.channel)
        #expect(body(of: try connection.takeSent()).count == 10_000)
        #expect(!connection.channel.isActive)
    }

    @Test("what follows a connection's last request is not answered, though its response waits to be sent")
    func behindLast() throws {
        let connection = try TestConnection(TestResponder(immediate: response("x")))
        connection.socket.block(connection.channel)
        connection.socket.unblockReading(connection.channel)
        try connection.receive("GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + Self.request)
        try connection.receive(Self.request)
        connection.endInput()
        connection.socket.release(connection.channel)
        #expect(connection.responder.requests.map(\.target) == ["/last"])
        #expect(try connection.statuses() == [200])
    }

    @Test("what follows a connection's last response is not begun, though it arrived while another was being answered")
    func waitingBehindLast() throws {
        let connection = try TestConnection()
        try connection.receive(Self.request + Self.request + Self.request)
        connection.socket.block(connection.channel)
        connection.socket.unblockReading(connection.channel)
        connection.responder.answersAtOnce(Response(status: .ok, headers: ["Connection": "close"]))
        try connection.answer()
        connection.socket.release(connection.channel)
        #expect(connection.responder.requests.count == 2)
        #expect(try connection.statuses() == [200, 200])
    }

    @Test("a client that wants another protocol is answered in this one, and then the connection ends")
    func upgrade() throws {
        let connection = try TestConnection(TestResponder(immediate: response("x")))
        try connection.receive("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
        #expect(try connection.takeSent().contains("\r\nConnection: close\r\n"))
    }

    @Test("requests that are cancelled are answered, and so are those that come after, cancelled as well")
    func cancelled() throws {
        let connection = try TestConnection()
        try connection.receive(Self.request + Self.request)
        connection.connections.cancelRequests()
        for number in 1...2 {
            #expect(connection.responder.cancellations == number)
            try connection.answer(response("", .serviceUnavailable))
        }
        #expect(try connection.statuses() == [503, 503])
    }

    @Test("of requests that follow each other, one counts at a time, and none at the end")
    func counted() throws {
        let connection = try TestConnection()
        try connection.receive(Self.request + Self.request + Self.request)
        for _ in 1...3 {
            #expect(connection.connections.requestCount == 1)
            try connection.answer()
        }
        #expect(connection.connections.requestCount == 0)
        connection.responder.answersAtOnce(response("x"))
        try connection.receive(Self.request)
        #expect(connection.connections.requestCount == 0)
    }

    @Test("a request whose client has gone counts until it is answered")
    func clientGone() throws {
        let connection = try TestConnection()
        try connection.receive(Self.request)
        #expect(connection.connections.requestCount == 1)
        connection.channel.close(promise: nil)
        #expect(connection.connections.requestCount == 1)
        try connection.answer()
        #expect(connection.connections.requestCount == 0)
    }

    @Test("the end of a server waits for its requests", .timeLimit(.minutes(1)))
    func end() async throws {
        let connections = OpenConnections()
        let number = connections.add {}
        let isOver = Mutex(false)
        async let end: Void = {
            await connections.end()
            isOver.withLock { $0 = true }
        }()
        try await Task.sleep(for: .milliseconds(50))
        #expect(!isOver.withLock { $0 })
        connections.endRequest(number)
        await end
    }

    @Test("a header that is given more than once is a list, and its outer white space is no part of it")
    func headers() throws {
        let connection = try TestConnection()
        try connection.receive("GET / HTTP/1.1\r\nHost: a\r\nX-One:  b \t\r\nx-ONE: c\r\n\r\n")
        let request = try #require(connection.responder.requests.first)
        #expect(request.header("X-One") == "b, c")
        #expect(request.headers("X-One") == ["b", "c"])
        #expect(request.header("X-Two") == nil)
    }

    @Test(
        "a date is written as HTTP wants it",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (1_709_210_096, "Thu, 29 Feb 2024 12:34:56 GMT"),
        ]
    )
    func date(second: Int, text: String) {
        #expect(EventLoopState.text(of: second) == text)
    }
}
