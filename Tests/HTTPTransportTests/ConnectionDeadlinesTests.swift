import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import HTTPTransport

/// Time is the test's: no test waits.
@Suite("Deadlines of connections")
struct ConnectionDeadlinesTests {
    private static let upload = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"
    private static let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    private let connection: TestConnection

    init() throws {
        connection = try TestConnection()
    }

    private var isActive: Bool { connection.channel.isActive }

    /// A piece of a body every second.
    private func receivePieces(_ count: Int) throws {
        for _ in 1...count {
            connection.wait(.seconds(1))
            try connection.receive("x")
        }
    }

    /// A 408 was sent, its client has 2 s to see it, and then the connection is closed.
    private func expectTimeout(after statuses: [Int] = []) throws {
        #expect(try connection.statuses() == statuses + [408])
        #expect(isActive)
        connection.wait(.seconds(2))
        #expect(!isActive)
    }

    @Test("a connection on which nothing happens is closed after a minute, without an answer")
    func idle() throws {
        connection.wait(.seconds(59))
        #expect(isActive)
        connection.wait(.seconds(1))
        #expect(!isActive)
        #expect(try connection.takeSent().isEmpty)
    }

    @Test("headers have 10 s from their first byte, however many more come", arguments: [0, 1])
    func head(requestsBefore: Int) throws {
        for _ in 0..<requestsBefore {
            try connection.receive(Self.request)
            try connection.answer()
            #expect(try connection.statuses() == [200])
        }
        connection.wait(.seconds(30))
        for letter in "GET / HTT" {
            try connection.receive(String(letter))
            connection.wait(.seconds(1))
        }
        #expect(isActive)
        try connection.receive("P")
        connection.wait(.seconds(1))
        try expectTimeout()
    }

    @Test("a body has 30 s from its headers, however many pieces come")
    func body() throws {
        try connection.receive(Self.upload)
        try receivePieces(29)
        #expect(isActive)
        connection.wait(.seconds(1))
        try expectTimeout()
        // What is answered after that is not sent.
        try connection.answer()
        #expect(try connection.takeSent().isEmpty)
    }

    @Test(
        "the 408 of a late request does not cut off the response before it that waits to be sent",
        arguments: ["GET", upload]
    )
    func responseBefore(late: String) throws {
        try connection.receive(Self.request)
        connection.socket.block(connection.channel)
        try connection.answer()
        connection.socket.unblockReading(connection.channel)
        try connection.receive(late)
        connection.wait(.seconds(31))
        #expect(isActive)
        connection.socket.release(connection.channel)
        try expectTimeout(after: [200])
    }

    @Test("the rest of a body whose response says that it is the last is discarded for 2 s, without a second answer")
    func bodyAfterLastAnswer() throws {
        try connection.receive(Self.upload)
        try connection.answer(Response(status: .payloadTooLarge, headers: ["Connection": "close"]))
        #expect(try connection.statuses() == [413])
        try connection.receive("x")
        connection.wait(.seconds(2))
        #expect(!isActive)
        #expect(try connection.takeSent().isEmpty)
    }

    @Test("the rest of a body whose answer has ended has 30 s more, however many pieces come, and no second answer")
    func bodyAfterWholeAnswer() throws {
        try connection.receive(Self.upload)
        try connection.answer()
        #expect(try connection.statuses() == [200])
        try receivePieces(29)
        #expect(isActive)
        connection.wait(.seconds(1))
        #expect(!isActive)
        #expect(try connection.takeSent().isEmpty)
    }

    @Test("the server may take its time to answer, and the next request waits for it")
    func answering() throws {
        try connection.receive(Self.request)
        try connection.receive("GET")
        connection.wait(.seconds(600))
        #expect(isActive)
        try connection.answer()
        connection.wait(.seconds(9))
        #expect(isActive)
        connection.wait(.seconds(1))
        try expectTimeout(after: [200])
    }

    @Test("many requests, one after the other, never run out of time")
    func busy() throws {
        for _ in 1...100 {
            try connection.receive("P")
            connection.wait(.seconds(5))
            try connection.receive(String(Self.upload.dropFirst()))
            connection.wait(.seconds(20))
            try connection.receive(String(repeating: "x", count: 1_000))
            try connection.answer()
            connection.wait(.seconds(50))
        }
        #expect(isActive)
        #expect(try connection.statuses() == Array(repeating: 200, count: 100))
    }

    // MARK: Stop

    @Test("when the server stops, a request that comes within a second is answered, and is the last")
    func stopWhileIdle() throws {
        connection.stop()
        connection.wait(.milliseconds(999))
        #expect(isActive)
        try connection.receive(Self.request)
        connection.wait(.seconds(5))
        try connection.answer()
        #expect(try connection.takeSent().contains("\r\nConnection: close\r\n"))
        #expect(!isActive)
    }

    @Test("when the server stops, a connection without a request is closed after a second")
    func stopWithoutRequest() throws {
        connection.wait(.seconds(50))
        connection.stop()
        connection.wait(.milliseconds(999))
        #expect(isActive)
        connection.wait(.milliseconds(1))
        #expect(!isActive)
    }

    @Test("when the server stops, requests that have come are all answered, and then the connection is closed")
    func stopWhileAnswering() throws {
        try connection.receive(Self.request + Self.request)
        connection.stop()
        try connection.answer()
        #expect(isActive)
        #expect(try !connection.takeSent().contains("Connection: close"))
        try connection.answer()
        #expect(try connection.takeSent().contains("\r\nConnection: close\r\n"))
        #expect(!isActive)
    }

    @Test("when the server stops, nothing follows the last response, however long that waits to be sent")
    func stopWhileUnread() throws {
        connection.stop()
        connection.socket.block(connection.channel)
        connection.socket.unblockReading(connection.channel)
        try connection.receive(Self.request)
        try connection.answer()
        try connection.receive("GET")
        connection.wait(.seconds(15))
        connection.socket.release(connection.channel)
        #expect(try connection.statuses() == [200])
        #expect(!isActive)
    }

    @Test(
        "a client that takes a streamed response is kept, though as much waits each time, and one that takes nothing is not"
    )
    func streamed() {
        func isClosed(_ deadlines: inout ConnectionDeadlines, waiting bytes: Int, at second: Int) -> Bool {
            let now = NIODeadline.uptimeNanoseconds(0) + .seconds(Int64(second))
            if case .close = deadlines.verdict(waiting: bytes, isGrowing: true, at: now) { return true }
            return false
        }
        for isTaken in [true, false] {
            var deadlines = ConnectionDeadlines(at: .uptimeNanoseconds(0))
            deadlines.readHead(at: .uptimeNanoseconds(0))
            deadlines.readEnd(at: .uptimeNanoseconds(0))
            var closed: Int?
            for second in 1...100 where closed == nil {
                if isTaken { deadlines.sentPart() }
                // What waits grows, or stays as it is because as much is written as is sent.
                if isClosed(&deadlines, waiting: isTaken ? 100 : second, at: second) { closed = second }
            }
            #expect(closed == (isTaken ? nil : 30))
        }
        // Of one long part, part is taken.
        var deadlines = ConnectionDeadlines(at: .uptimeNanoseconds(0))
        deadlines.readHead(at: .uptimeNanoseconds(0))
        for second in 1...100 { #expect(!isClosed(&deadlines, waiting: 1_000 - second, at: second)) }
    }
}
