import NIOCore

/// The deadline that applies to a client in each state of its connection.
struct ConnectionDeadlines {
    /// What is to be done at the end of a wait.
    enum Verdict {
        case look(in: Duration)
        /// Part of a request has taken too long to arrive.
        case refuse(part: String, limit: Duration)
        case close
    }

    /// From the first byte of a request to the end of its head, its first on the connection or not.
    static let head = Duration.seconds(10)
    /// From the head to the end of the body, in total.
    static let body = Duration.seconds(30)
    /// While part of an answer waits and none of it is taken.
    static let stall = Duration.seconds(30)
    /// Between requests.
    static let idle = Duration.seconds(60)
    /// Between requests while the server is shutting down: one that was on its way is still answered.
    static let drainPeriod = Duration.seconds(1)
    /// How often a connection is looked at, at least: what is written and read meanwhile sets no timer of its own.
    static let interval = Duration.milliseconds(2_500)

    /// What of a request has arrived.
    private enum Reading {
        case nothing
        case head
        case body
    }

    private var reading = Reading.nothing
    /// When `reading` became what it is, or the last answer ended, whichever was later.
    private var start: NIODeadline
    /// Requests whose head has arrived and whose answer has not ended.
    private var unanswered = 0
    private var isStopping = false
    /// Whether nothing more is wanted from the client.
    private var isEnding = false
    private var writes = 0
    /// What waits to be sent, as it was seen last, and when it was seen to change.
    private var waiting: (bytes: Int, writes: Int, since: NIODeadline)

    init(at now: NIODeadline) {
        start = now
        waiting = (0, 0, now)
    }

    // MARK: What happens

    /// Bytes have arrived that make no part of a request yet.
    mutating func readBytes(at now: NIODeadline) {
        if reading == .nothing { enter(.head, now) }
    }

    mutating func readHead(at now: NIODeadline) {
        unanswered += 1
        enter(.body, now)
    }

    mutating func readEnd(at now: NIODeadline) {
        enter(.nothing, now)
    }

    /// Part of an answer that is still being made was sent.
    mutating func sentPart() {
        writes &+= 1
    }

    mutating func endedAnswer(at now: NIODeadline) {
        writes &+= 1
        // What is no HTTP is answered without a head that was read.
        unanswered = max(0, unanswered - 1)
        start = now
    }

    /// The server takes no more connections.
    mutating func stop(at now: NIODeadline) {
        isStopping = true
        if reading == .nothing, unanswered == 0 { start = now }
    }

    /// The last response has begun: only that it is taken is waited for.
    mutating func beganLastAnswer() {
        isEnding = true
    }

    private mutating func enter(_ new: Reading, _ now: NIODeadline) {
        reading = new
        start = now
    }

    // MARK: What is to be done

    /// Whether a body is arriving whose request is the next that is answered.
    var isBodyOfNextAnswerArriving: Bool { reading == .body && unanswered == 1 }
    /// Whether a body is arriving whose request has been answered.
    var isBodyAnswered: Bool { reading == .body && unanswered == 0 }
    /// Whether a body is arriving.
    var isBodyArriving: Bool { reading == .body }

    /// Whether the answer that is next is the connection's last.
    var isLastAnswerNext: Bool { isStopping && unanswered == 1 }
    /// Whether that answer has ended.
    var isLastAnswerEnded: Bool { isStopping && unanswered == 0 }

    /// - Parameters:
    ///   - bytes: how many wait to be sent.
    ///   - isGrowing: whether an answer is still being made, so that other bytes may wait though none was taken.
    mutating func verdict(waiting bytes: Int, isGrowing: Bool = false, at now: NIODeadline) -> Verdict {
        let isTaken = isGrowing ? bytes < waiting.bytes : bytes != waiting.bytes
        if bytes == 0 || isTaken || writes != waiting.writes { waiting = (bytes, writes, now) }
        waiting.bytes = bytes
        if waiting.since.duration(to: now) >= Self.stall { return .close }
        if isEnding { return .look(in: Self.interval) }
        // Who still reads an answer is not idle.
        if bytes > 0, reading == .nothing, unanswered == 0 { start = now }
        guard let limit else { return .look(in: Self.interval) }
        let left = limit - start.duration(to: now)
        if left > .zero { return .look(in: min(left, Self.interval)) }
        // What waits to be sent would be lost.
        if isBodyAnswered, bytes > 0 { return .look(in: Self.interval) }
        if reading == .nothing || isBodyAnswered { return .close }
        let part = reading == .head ? "headers" : "body"
        return .refuse(part: part, limit: limit)
    }

    /// How long what is waited for now may take; `nil` where the client waits for us. A request whose predecessor is not
    /// answered yet may be waiting for that.
    private var limit: Duration? {
        switch reading {
        case .nothing: unanswered == 0 ? (isStopping ? Self.drainPeriod : Self.idle) : nil
        case .head: unanswered == 0 ? Self.head : nil
        case .body: unanswered <= 1 ? Self.body : nil
        }
    }
}

extension NIODeadline {
    /// Named as with the instants of the standard library's clocks.
    fileprivate func duration(to other: NIODeadline) -> Duration { Duration(other - self) }
}
