import Logging
import NIOCore
import NIOEmbedded
import NIOExtras
import NIOHTTP1

@testable import HTTPTransport

/// Checks what must be true of a connection, whatever its client sends, in whichever pieces, and whatever else happens: the
/// input decides all of it, and when. The handlers are those of `HTTPServer`.
struct FuzzedConnection {
    struct Violation: Error {
        let what: String
    }

    /// In bytes: the most that a socket gives at once.
    private static let maximumRead = 1 << 14
    private static let requests = {
        // Long, so that not many are needed.
        let request = Array("GET /\(String(repeating: "r", count: 1_000)) HTTP/1.1\r\n\r\n".utf8)
        return ArraySlice(repeatElement(request, count: maximumRead / request.count).joined())
    }()

    private let isHTTP2: Bool
    private let script: [UInt8]
    private let steps: [Step]
    private let bytes: [UInt8]

    /// The input is the lengths of script and steps, a byte each, then the responder's script, the steps, and what the client sends: as it
    /// is, or as frames of HTTP/2 where the first byte says so.
    init(_ input: [UInt8]) {
        var rest = input[...]
        isHTTP2 = input.first ?? 0 >= 128
        func take(_ count: Int) -> ArraySlice<UInt8> {
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        let lengths = take(2).map { Int($0) % 32 }
        script = Array(take(lengths.first ?? 0))
        steps = take(lengths.last ?? 0).map(Step.init)
        bytes = isHTTP2 ? HTTP2Frames.bytes(of: rest) : Array(rest)
    }

    /// - Returns: how many requests were answered.
    /// - Throws: `Violation`.
    @discardableResult
    func check() throws -> Int {
        guard !isHTTP2 else { return try checkHTTP2() }
        let responses = try run(steps)
        let pieces = steps.filter(\.isPiece)
        let whole = try run([])
        if !pieces.isEmpty { try Self.compare(try run(pieces), whole) }
        return max(responses.count, whole.count)
    }

    private func checkHTTP2() throws -> Int {
        let run = try Run(script, bytes, isHTTP2: true)
        for step in steps where run.isOpen { try run.take(step) }
        try run.arrive()
        try run.end()
        try HTTP2Frames.checkSent(run.sent)
        try run.checkFreed()
        return run.responder.answered
    }

    /// The same bytes get the same responses, however they are split. Only where the connection ends may differ: a response to a request
    /// whose body has already arrived need not be the last.
    private static func compare(_ split: [SentResponse], _ whole: [SentResponse]) throws {
        for (one, other) in zip(split, whole)
        where (one.status, one.number, one.request, one.body) != (other.status, other.number, other.request, other.body)
        {
            throw Violation(what: "another response where the bytes are split: \(one), not \(other)")
        }
        let (fewer, more) = split.count < whole.count ? (split, whole) : (whole, split)
        guard fewer.count == more.count || fewer.last?.isLast == true else {
            throw Violation(what: "\(split.count) responses where the bytes are split, and \(whole.count) where not")
        }
    }

    private func run(_ steps: [Step]) throws -> [SentResponse] {
        let run = try Run(script, bytes, isHTTP2: false)
        let isCalm = steps.allSatisfy(\.isPiece)
        for step in steps where run.isOpen {
            try run.take(step)
            // A request that waits to be answered would change when the next ones are.
            if isCalm { try run.answerAll() }
        }
        let responses = try run.finish(isCalm: isCalm)
        try run.checkFreed()
        return responses
    }

    /// What happens next.
    private enum Step {
        case receive(Int)
        /// More than an input holds: one read of a body, or of requests.
        case receiveBody
        case receiveRequests
        case resume
        case wait(Duration)
        case block
        case unblock
        case stop
        case cancel
        case endInput
        case close

        init(_ byte: UInt8) {
            let argument = Int(byte >> 3)
            switch byte % 8 {
            case 0...3: self = .receive(argument < 16 ? argument + 1 : 1 << (argument - 12))
            case 4: self = .resume
            case 5: self = .wait(argument == 31 ? .seconds(31) : .milliseconds(argument * argument * 10))
            case 6: self = argument % 2 == 0 ? .block : .unblock
            default:
                let rare: [Self] = [.stop, .cancel, .endInput, .close]
                self = argument < 4 ? rare[argument] : argument % 8 == 7 ? .receiveRequests : .receiveBody
            }
        }

        var isPiece: Bool { if case .receive = self { true } else { false } }
    }

    /// One connection, from its first byte to its end.
    private final class Run {
        private let channel = EmbeddedChannel()
        let responder: ScriptedResponder
        private let connections = OpenConnections()
        private let socket = FuzzedSocket()
        private let arrivals = Arrivals()
        private weak var handler: AnyObject?
        private var rest: ArraySlice<UInt8>
        private(set) var sent: [UInt8] = []
        private var isInputOver = false
        private var mayLose = false
        private var progress = 0
        private var wasAutoRead = true

        /// In bytes: what may wait to be sent.
        private let bound: Int

        init(_ script: [UInt8], _ bytes: [UInt8], isHTTP2: Bool) throws {
            responder = ScriptedResponder(script)
            rest = bytes[...]
            channel.allowOptionsWhenClosed = true
            let logger = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
            let socket = try BoundSocket(host: "127.0.0.1", port: 0)
            let server = try HTTPServer(responder: responder, socket: socket, logger: logger)
            try channel.pipeline.syncOperations.addHandler(self.socket)
            let loop = EventLoopState(channel.eventLoop)
            let pipeline = channel.pipeline.syncOperations
            if isHTTP2 {
                try server.addHTTP2(to: channel, loop, connections)
                handler = try pipeline.handler(type: HTTP2ConnectionHandler.self)
                // Some pieces of each stream's response.
                bound = 4 << 20
            } else {
                try server.addHTTP1(to: channel, loop, connections)
                let handler = try pipeline.handler(type: ConnectionHandler.self)
                try pipeline.addHandler(arrivals, position: .before(handler))
                self.handler = handler
                // The response that exceeds the mark is written, and perhaps a refusal.
                bound = FuzzedSocket.highWatermark + ScriptedResponder.longBody + 2_000
            }
            try channel.connect(to: SocketAddress(unixDomainSocketPath: "/a")).wait()
            channel.read()
        }

        var isOpen: Bool { channel.isActive }

        func take(_ step: Step) throws {
            switch step {
            case .receive(let count): receive(count)
            case .receiveBody: receive(ArraySlice(repeating: UInt8(ascii: "x"), count: maximumRead))
            case .receiveRequests: receive(FuzzedConnection.requests)
            case .resume: _ = responder.resume()
            case .wait(let time):
                mayLose = true
                channel.embeddedEventLoop.advanceTime(by: TimeAmount(time))
            case .block: socket.setBlocked(true, channel)
            case .unblock: socket.setBlocked(false, channel)
            case .stop: channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            case .cancel:
                // A body that is being written is cut off.
                mayLose = true
                connections.cancelRequests()
            case .endInput: endInput()
            case .close:
                mayLose = true
                channel.close(promise: nil)
            }
            try settle()
        }

        private func receive(_ count: Int) {
            let bytes = rest.prefix(min(count, maximumRead))
            guard channel.isActive, socket.isReadWanted, !isInputOver, !bytes.isEmpty else { return }
            rest = rest.dropFirst(bytes.count)
            receive(bytes)
        }

        private func receive(_ bytes: ArraySlice<UInt8>) {
            guard channel.isActive, socket.isReadWanted, !isInputOver else { return }
            socket.readDone()
            channel.pipeline.fireChannelRead(ByteBuffer(bytes: bytes))
            channel.pipeline.fireChannelReadComplete()
            if channel.isActive, isAutoRead { channel.read() }
        }

        private func endInput() {
            guard !isInputOver else { return }
            isInputOver = true
            channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }

        private var isAutoRead: Bool {
            channel.options.first { $0.option is ChannelOptions.Types.AutoReadOption }?.value as? Bool ?? true
        }

        /// As a socket whose option has changed.
        private func updateReading() {
            if wasAutoRead, !isAutoRead { socket.readDone() }
            if !wasAutoRead, isAutoRead, channel.isActive { channel.read() }
            wasAutoRead = isAutoRead
        }

        /// What must be true at any time.
        private func settle() throws {
            channel.embeddedEventLoop.run()
            updateReading()
            while let bytes = try channel.readOutbound(as: ByteBuffer.self) { sent += bytes.readableBytesView }
            if responder.progress != progress {
                progress = responder.progress
                arrivals.bytes = 0
            }
            try expect(!socket.hasWrittenTooMuch, "something is written behind the end of the output")
            try expect(socket.waiting <= bound, "\(socket.waiting) bytes wait to be sent")
            // The limit of the connection, the read that exceeds it, and the rest of a read whose head began the request.
            // What arrives behind the beginning of a response is discarded.
            let isAnswering = connections.requestCount > 0 && responder.openBodies == 0
            try expect(
                !isAnswering || arrivals.bytes <= 1 << 16 + 2 * maximumRead,
                "\(arrivals.bytes) bytes wait to be used"
            )
        }

        /// Has the rest arrive, and all requests answered.
        func arrive() throws {
            socket.setBlocked(false, channel)
            try answerAll()
            while channel.isActive, !isInputOver, !rest.isEmpty {
                if !socket.isReadWanted {
                    // Until a pause in reading has ended.
                    channel.embeddedEventLoop.advanceTime(by: .seconds(1))
                    try answerAll()
                    try expect(socket.isReadWanted || !channel.isActive, "a connection is not read from any more")
                }
                receive(maximumRead)
                try answerAll()
            }
        }

        /// Has the client stay idle until the connection is closed.
        func end() throws {
            for _ in 0..<100 where channel.isActive {
                try answerAll()
                channel.embeddedEventLoop.advanceTime(by: .seconds(3))
            }
            try answerAll()
            try expect(!channel.isActive, "a connection is left open")
        }

        /// - Parameter isCalm: whether nothing happened but that bytes arrived, so that every request must have been answered.
        func finish(isCalm: Bool) throws -> [SentResponse] {
            try arrive()
            let hasArrived = rest.isEmpty
            if isCalm { endInput() }
            try end()
            let methods = responder.methods
            let responses = try SentResponse.all(in: sent, to: methods, mayBeCutOff: mayLose)
            let answered = responses.count { $0.number != nil }
            // Where a body takes too long, the refusal is the response.
            let refused = !isCalm && responses.last.map { $0.number == nil } ?? false ? 1 : 0
            try expect(
                answered == methods.count || answered == methods.count - refused || mayLose,
                "\(methods.count) requests, and \(answered) responses"
            )
            try expect(hasArrived || !isCalm || responses.last?.isLast == true, "not everything was read")
            return responses
        }

        func answerAll() throws {
            try settle()
            while responder.resume() { try settle() }
        }

        /// No task of the connection is left, no timer, and no memory.
        func checkFreed() throws {
            try expect(connections.requestCount == 0, "a task is left")
            // The timer of a pause in reading is not canceled.
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(500))
            try expect(handler == nil, "a connection's handler is left")
        }

        private func expect(_ isTrue: Bool, _ what: @autoclosure () -> String) throws {
            if !isTrue { throw Violation(what: what()) }
        }
    }
}

/// Counts what a connection's handler is given.
private final class Arrivals: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    /// In bytes, about: since the responder last did something.
    var bytes = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): bytes += head.uri.utf8.count + 16
        case .body(let part): bytes += part.readableBytes
        case .end: break
        }
        context.fireChannelRead(data)
    }
}
