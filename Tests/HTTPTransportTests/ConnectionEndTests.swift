import NIOHTTP1
import Testing

@testable import HTTPTransport

/// Every state and event of `ConnectionEnd`.
@Suite("Ends of connections")
struct ConnectionEndTests {
    private var end = ConnectionEnd()

    private static func request(length: Int? = nil, expectsContinue: Bool = false) -> HTTPRequestHead {
        var request = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")
        if let length { request.headers.add(name: "Content-Length", value: "\(length)") }
        if expectsContinue { request.headers.add(name: "Expect", value: "100-Continue") }
        return request
    }

    /// Not `#expect` itself, which cannot call what changes a value.
    private func check<Value: Equatable>(
        _ value: Value,
        _ expected: Value,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(value == expected, sourceLocation: sourceLocation)
    }

    @Test(
        "a response is the last where it says so, or the body of its request is not sent or too long to be discarded",
        arguments: [
            (request(length: 10), false, true, false),
            (request(length: 10), true, false, true),
            (request(length: 10, expectsContinue: true), false, true, true),
            (request(length: 10, expectsContinue: true), false, false, false),
            (request(length: 1 << 20), false, true, false),
            (request(length: 1 << 20 + 1), false, true, true),
            (request(length: 1 << 20 + 1), false, false, false),
            (request(), false, true, false),
        ]
    )
    mutating func isLast(_ request: HTTPRequestHead, saysClose: Bool, isBodyArriving: Bool, isLast: Bool) {
        check(end.readHead(request), .forward)
        check(end.beganResponse(saysClose: saysClose, isBodyArriving: isBodyArriving), isLast)
        #expect(end.isDecided == isLast)
        check(end.endedResponse(), isLast)
        #expect(end.isOver == isLast)
        #expect(!end.isLingering)
    }

    @Test("a client that was told to send its body can use the connection again")
    mutating func continued() {
        _ = end.readHead(Self.request(length: 10, expectsContinue: true))
        end.sentContinue()
        check(end.beganResponse(saysClose: false, isBodyArriving: true), false)
    }

    @Test("the request before does not count for the next one")
    mutating func nextRequest() {
        _ = end.readHead(Self.request(length: 1 << 30, expectsContinue: true))
        _ = end.readHead(Self.request(length: 10))
        check(end.beganResponse(saysClose: false, isBodyArriving: true), false)
    }

    @Test("of a body whose response has ended, 1 MiB is discarded for the next request, of each")
    mutating func unread() {
        _ = end.readHead(Self.request())
        check(end.readBody(1 << 30, isAnswered: false), .forward)
        check(end.readBody(1 << 20, isAnswered: true), .forward)
        _ = end.readHead(Self.request())
        check(end.readBody(1 << 20, isAnswered: true), .forward)
        check(end.readBody(1, isAnswered: true), .end)
    }

    @Test("after the last response began, nothing that arrives is a request, until more than 32 MiB have come")
    mutating func discards() {
        _ = end.readHead(Self.request())
        func expectDiscards() {
            check(end.readHead(Self.request()), .discard)
            check(end.readBody(10, isAnswered: false), .discard)
            check(end.readEnd(), .discard)
        }
        check(end.readEnd(), .forward)
        check(end.beganResponse(saysClose: true, isBodyArriving: false), true)
        expectDiscards()
        check(end.endedResponse(), true)
        check(end.readBody(1 << 30, isAnswered: true), .discard)
        expectDiscards()
        end.linger()
        #expect(end.isLingering && end.isOver && end.isDecided)
        expectDiscards()
        check(end.readBody(32 << 20 - 10, isAnswered: true), .discard)
        check(end.readBody(1, isAnswered: true), .close)
    }

    @Test("what was written becomes the last where the connection must end")
    mutating func ended() {
        end.end()
        #expect(end.isOver)
        check(end.readHead(Self.request()), .discard)
    }
}
