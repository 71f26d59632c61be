import NIOCore

/// Frames of HTTP/2 that a client may send, most of them valid, one for each byte of an input.
struct HTTP2Frames {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    private static let get: [UInt8] = [0x82, 0x84, 0x87, 0x41, 0x01, 0x61]
    private static let post: [UInt8] = [0x83] + get.dropFirst()
    private static let head: [UInt8] = [0x02, 0x04] + Array("HEAD".utf8) + get.dropFirst()
    private static let maximumPayload = 1 << 14

    private var bytes = Self.preface + frame(4, 0, 0, [])
    private var newestStream = 0
    /// What frames of streams are about.
    private var stream = 1

    /// The preface and the frames.
    static func bytes(of input: ArraySlice<UInt8>) -> [UInt8] {
        var frames = Self()
        var rest = input
        while let byte = rest.popFirst() { frames.add(byte, &rest) }
        return frames.bytes
    }

    private mutating func add(_ byte: UInt8, _ rest: inout ArraySlice<UInt8>) {
        let (endsStream, endsHeaders) = (1, 4)
        switch byte % 24 {
        case 0: open(Self.get, flags: endsStream | endsHeaders)
        case 1: open(Self.post, flags: endsHeaders)
        case 2: open(Self.head, flags: endsStream | endsHeaders)
        case 3: open(Self.post + Self.header("expect", "100-continue"), flags: endsHeaders)
        case 4: open(Self.post + Self.header("content-length", "5"), flags: endsHeaders)
        case 5: open(Self.get + Self.header("connection", "close"), flags: endsStream | endsHeaders)
        case 6: open(Self.post, flags: 0)
        case 7: add(0, 0, stream, Array("hello".utf8))
        case 8: add(0, endsStream, stream, Array("hello".utf8))
        case 9: add(0, 0, stream, Array(repeating: 0x78, count: Self.maximumPayload))
        case 10: add(1, endsStream | endsHeaders, stream, Self.header("x", "y"))
        case 11: add(3, 0, stream, [0, 0, 0, 8])
        case 12: add(8, 0, 0, [0, 1, 0, 0])
        case 13: add(8, 0, stream, [0, 1, 0, 0])
        // The window of each stream: none, or 1 MiB.
        case 14: add(4, 0, 0, [0, 4, 0, 0, 0, 0])
        case 15: add(4, 0, 0, [0, 4, 0, 16, 0, 0])
        case 16: add(4, 1, 0, [])
        case 17: add(6, 0, 0, Array(repeating: byte, count: 8))
        case 18: add(7, 0, 0, Array(repeating: 0, count: 8))
        case 19: add(9, endsHeaders, stream, Self.header("x", "y"))
        case 20: stream = max(1, stream - 2)
        case 21: stream = max(1, newestStream)
        case 22: add(Int(rest.popFirst() ?? 0), Int(rest.popFirst() ?? 0), stream, Array(rest.prefix(9)))
        default:
            let count = Int(rest.popFirst() ?? 0)
            bytes += rest.prefix(count)
            rest = rest.dropFirst(count)
        }
    }

    private mutating func open(_ headers: [UInt8], flags: Int) {
        newestStream += newestStream == 0 ? 1 : 2
        stream = newestStream
        add(1, flags, stream, headers)
    }

    private mutating func add(_ type: Int, _ flags: Int, _ stream: Int, _ payload: [UInt8]) {
        bytes += Self.frame(type, flags, stream, payload)
    }

    private static func frame(_ type: Int, _ flags: Int, _ stream: Int, _ payload: [UInt8]) -> [UInt8] {
        let (length, id) = (payload.count, stream)
        let head = [length >> 16, length >> 8, length, type, flags, id >> 24, id >> 16, id >> 8, id]
        return head.map { UInt8(truncatingIfNeeded: $0) } + payload
    }

    private static func header(_ name: String, _ value: String) -> [UInt8] {
        [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
    }

    /// Checks that a server has sent whole frames, and on no stream anything behind its end.
    static func checkSent(_ sent: [UInt8]) throws(FuzzedConnection.Violation) {
        var (rest, ended) = (sent[...], Set<Int>())
        while !rest.isEmpty {
            let head = rest.prefix(9).map(Int.init)
            guard head.count == 9 else { throw FuzzedConnection.Violation(what: "a frame is cut off") }
            let (length, type, flags) = (head[0] << 16 | head[1] << 8 | head[2], head[3], head[4])
            let stream = head[5] << 24 | head[6] << 16 | head[7] << 8 | head[8]
            guard rest.count >= 9 + length else { throw FuzzedConnection.Violation(what: "a frame is cut off") }
            rest = rest.dropFirst(9 + length)
            guard type == 0 || type == 1 else { continue }
            guard !ended.contains(stream) else {
                throw FuzzedConnection.Violation(what: "something follows a response")
            }
            if flags & 1 != 0 { ended.insert(stream) }
        }
    }
}
