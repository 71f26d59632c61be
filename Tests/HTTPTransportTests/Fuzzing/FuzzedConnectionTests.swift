import TestSupport
import Testing

/// The quick form of `make fuzz`: inputs are made of pieces that mean something, and changed here and there.
@Suite("Fuzzed connections")
struct FuzzedConnectionTests {
    private static let pieces = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD /b HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /c HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        "POST /d HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nA: b\r\n\r\n",
        "PUT /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", "abc",
        "POST /f HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n",
        "GET /g HTTP/1.0\r\n\r\n", "GET /h HTTP/1.1\r\nConnection: close\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\n\r\n",
        "GET /i HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "DELETE ", "OPTIONS * ", "HTTP/1.1\r\n", "\r\n", "\n", "\r", " ", "\t", ":", "Content-Length: 1\r\n",
        "Transfer-Encoding: chunked\r\n", "Expect: 100-continue\r\n", "0\r\n\r\n", "ffffffffffffffff\r\n",
    ].map { Array($0.utf8) }

    @Test("every request that arrives has one response, in its turn, however it arrives")
    func http1() throws {
        try check(seed: 1) { random in
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes += Self.pieces[Int.random(in: Self.pieces.indices, using: &random)]
            }
            if Bool.random(using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: .min ... .max, using: &random)
            }
            return bytes
        }
    }

    @Test("no frames of HTTP/2 leave anything behind, or a connection that does not end")
    func http2() throws {
        try check(seed: 2, first: 128) { random in
            (0..<Int.random(in: 1...30, using: &random)).map { _ in .random(in: .min ... .max, using: &random) }
        }
    }

    /// - Parameter bytes: what the client sends.
    private func check(seed: UInt64, first: UInt8 = 0, bytes: (inout SeededGenerator) -> [UInt8]) throws {
        let count = Reliability.isSoak ? 100_000 : 2_000
        var random = SeededGenerator(seed: seed)
        var answered = 0
        for _ in 0..<count {
            let (script, steps) = (UInt8.random(in: 0...5, using: &random), UInt8.random(in: 0...25, using: &random))
            var input = [first + script, steps]
            for _ in 0..<script + steps { input.append(.random(in: .min ... .max, using: &random)) }
            input += bytes(&random)
            #expect(throws: Never.self, "\(input)") { answered += try FuzzedConnection(input).check() }
        }
        // Otherwise nothing was tested.
        #expect(answered > count / 4)
    }
}
