import NIOCore
import NIOHTTP1

/// Decides which response is the last of a connection because a request's body is not read, and what becomes of what still
/// arrives. A connection that is closed while bytes of its client are unread is reset, and then the client may lose the response.
struct ConnectionEnd {
    /// How long a client may take to see the last response, and to close the connection.
    static let time = Duration.seconds(2)
    /// In bytes: how much is discarded meanwhile.
    static let maximumBytes = 32 << 20
    /// In bytes: how much of a body is discarded so that the connection can be used again.
    static let maximumUnread = RequestBody.maximumLength

    /// What is to be done with a part of a request.
    enum Arrival {
        case forward
        case discard
        /// Discards it, and ends the connection: the response that was sent becomes the last.
        case end
        case close
    }

    private enum State {
        case open
        /// The last response has begun.
        case last
        /// It has ended, and waits to be sent.
        case over
        /// It has been sent; its client is given time to see it.
        case lingering(bytesLeft: Int)
    }

    private var state = State.open
    /// Whether the newest request's client waits to be told that its body is wanted.
    private var isContinueAwaited = false
    /// Whether the newest request says that its body is longer than is ever read.
    private var isTooLong = false
    /// In bytes: what has arrived of the newest request's body after its response.
    private var unread = 0

    /// Whether the last response has begun.
    var isDecided: Bool { if case .open = state { false } else { true } }
    /// Whether the last response has ended, so that nothing else may be written.
    var isOver: Bool {
        switch state {
        case .open, .last: false
        case .over, .lingering: true
        }
    }
    var isLingering: Bool { if case .lingering = state { true } else { false } }

    // MARK: Requests

    mutating func readHead(_ request: HTTPRequestHead) -> Arrival {
        guard !isDecided else { return .discard }
        isContinueAwaited = request.expectsContinue
        isTooLong = (request.announcedLength ?? 0) > Self.maximumUnread
        unread = 0
        return .forward
    }

    /// - Parameter isAnswered: whether the response to the request has ended.
    mutating func readBody(_ count: Int, isAnswered: Bool) -> Arrival {
        switch state {
        case .open:
            guard isAnswered else { return .forward }
            unread += count
            return unread > Self.maximumUnread ? .end : .forward
        case .last, .over:
            return .discard
        case .lingering(let bytesLeft):
            state = .lingering(bytesLeft: bytesLeft - count)
            return bytesLeft < count ? .close : .discard
        }
    }

    func readEnd() -> Arrival { isDecided ? .discard : .forward }

    // MARK: Responses

    /// The client was told that the newest request's body is wanted.
    mutating func sentContinue() {
        isContinueAwaited = false
    }

    /// - Parameters:
    ///   - saysClose: whether the response says that the connection will be closed.
    ///   - isBodyArriving: whether the body of its request has not arrived completely.
    /// - Returns: whether it is the last.
    mutating func beganResponse(saysClose: Bool, isBodyArriving: Bool) -> Bool {
        guard saysClose || isBodyArriving && (isContinueAwaited || isTooLong) else { return false }
        state = .last
        return true
    }

    /// - Returns: whether it was the last.
    mutating func endedResponse() -> Bool {
        guard isDecided else { return false }
        end()
        return true
    }

    /// What was written is the last.
    mutating func end() {
        state = .over
    }

    /// All that was written has been sent.
    mutating func linger() {
        state = .lingering(bytesLeft: Self.maximumBytes)
    }
}
