import HTTPTransport
import NIOCore
import NIOHTTP1
import Synchronization

/// Answers each request as a byte says: at once or later, with the body read or not, and with the connection's end or not.
final class ScriptedResponder: Responder {
    /// In bytes: the longest body of a response.
    static let longBody = 6_000

    private struct State {
        var methods: [HTTPMethod] = []
        /// What continues each request, or each body, that was left.
        var suspended: CircularBuffer<@Sendable () -> Void> = []
        /// How often a body's part was taken or a request answered.
        var progress = 0
        var answered = 0
        /// Bodies whose end has not been written.
        var openBodies = 0
    }

    private let script: [UInt8]
    private let state = Mutex(State())

    /// - Parameter script: what is done with one request after another, again from its start when it is used up.
    init(_ script: [UInt8]) {
        self.script = script.isEmpty ? [0] : script
    }

    /// The methods of all requests that came.
    var methods: [HTTPMethod] { state.withLock(\.methods) }
    var progress: Int { state.withLock(\.progress) }
    var answered: Int { state.withLock(\.answered) }
    var openBodies: Int { state.withLock(\.openBodies) }

    /// Lets the request, or the body, that has been suspended for longest continue.
    /// - Returns: whether there was one.
    func resume() -> Bool {
        guard let resume = state.withLock({ $0.suspended.popFirst() }) else { return false }
        resume()
        return true
    }

    func respond(to request: Request) async -> Response {
        let number = state.withLock { state in
            state.methods.append(request.method)
            return state.methods.count - 1
        }
        let byte = script[number % script.count]
        func isSet(_ bit: UInt8) -> Bool { byte & 1 << bit != 0 }
        if isSet(0) { await suspend() }
        if isSet(1) { request.connection.sendContinue() }
        let body = isSet(2) ? await Self.description(of: request.body) { await self.made(isSet(3)) } : "unread"
        if isSet(4) { await suspend() }
        if isSet(5) && isSet(6) && isSet(7) { request.connection.slowDown() }
        let statuses: [HTTPResponseStatus] = [.ok, .noContent, .notModified, .created]
        var response = Response(
            status: statuses[Int(byte >> 5) % statuses.count],
            headers: ["X-Number": "\(number)", "X-Body": body, "X-Target": request.target.filter(\.isLetter)],
            body: isSet(3) && !isSet(2) ? .streamed(writer(of: Self.body(number))) : .bytes(Self.body(number))
        )
        if isSet(7) && !isSet(6) { response.headers.add(name: "Connection", value: "close") }
        state.withLock { state in
            state.progress += 1
            state.answered += 1
        }
        return response
    }

    func response(to refusal: Refusal) -> Response {
        switch refusal {
        case .malformed: Response(status: .badRequest)
        case .tooSlow: Response(status: .requestTimeout)
        }
    }

    /// Of the response to a request, so that bytes of another one are noticed.
    static func body(_ number: Int) -> ByteBuffer {
        let letter = UInt8(ascii: "a") + UInt8(number % 26)
        return ByteBuffer(repeating: letter, count: number % 3 == 2 ? longBody : number % 7)
    }

    private func made(_ isSuspended: Bool) async {
        state.withLock { $0.progress += 1 }
        if isSuspended { await suspend() }
    }

    private func suspend() async {
        await withCheckedContinuation { continuation in state.withLock { $0.suspended.append { continuation.resume() } }
        }
    }

    /// Writes half of a body at once, and the rest when it is told to.
    private func writer(of body: ByteBuffer) -> ResponseWriter {
        let writer = ResponseWriter(limit: 2 * Self.longBody)
        var rest = body
        if let half = rest.readSlice(length: body.readableBytes / 2) { _ = writer.write(half) }
        state.withLock { [rest] state in
            state.openBodies += 1
            state.suspended.append {
                _ = writer.write(rest)
                writer.end()
                self.state.withLock { $0.openBodies -= 1 }
            }
        }
        return writer
    }

    /// Length and a hash of a body, so that it can be compared.
    private static func description(of body: RequestBody?, onPart: () async -> Void) async -> String {
        guard let body else { return "none" }
        var (length, hash) = (0, UInt64(0xcbf2_9ce4_8422_2325))
        do {
            while let part = try await body.next() {
                length += part.readableBytes
                for byte in part.readableBytesView { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
                guard length <= RequestBody.maximumLength else { return "long" }
                await onPart()
            }
            return "\(length)-\(hash)"
        } catch {
            return "incomplete"
        }
    }
}
