import AssistantsStore

/// What `MessagePageQuery` gave for a session: its row, and messages, nearest to the cursor first.
struct MessagePageRows {
    private let session: PostgresRows
    private let messages: PostgresRows
    /// The row of the first message.
    private let first: Int
    /// How many messages there are.
    let count: Int
    /// Whether there is a message on the other side of the cursor.
    let hasOther: Bool
    /// Whether only some messages match.
    let isSlice: Bool
    /// Of a slice: the position of the first message behind it; `nil` where there is none.
    let behindSlice: Int64?
    let version: SessionVersion

    /// - Parameters:
    ///   - union: all in one result.
    ///   - isSlice: whether only some messages match.
    /// - Returns: `nil` where there is no session.
    init?(_ union: PostgresRows, isSlice: Bool = false) {
        guard let version = Self.version(in: union.result) else { return nil }
        self.version = version
        self.isSlice = isSlice
        (session, messages) = (union, union)
        // A neighbor has no id and no date.
        hasOther = union.result.count > 1 && union.result.isNull(1, 1) && union.result.isNull(1, 7)
        first = hasOther ? 2 : 1
        let last = union.result.count - 1
        let isAnyBehind = isSlice && last >= first && union.result.isNull(last, 1)
        behindSlice = isAnyBehind ? union.result.integer(last, 0) : nil
        count = union.result.count - first - (isAnyBehind ? 1 : 0)
    }

    /// - Parameter parts: the session, the neighbor unless the page is a first one, the messages, and again the session. Each is of the
    ///   state that it found.
    /// - Returns: `nil` where they are not of one state, because the session was written to, created, or deleted meanwhile.
    init?(parts: [PostgresRows]) {
        guard let version = Self.version(in: parts[0].result),
            version == Self.version(in: parts[parts.count - 1].result)
        else { return nil }
        self.version = version
        (session, messages) = (parts[0], parts[parts.count - 2])
        hasOther = parts.count > 3 && parts[1].result.count > 0
        isSlice = false
        behindSlice = nil
        first = 0
        count = messages.result.count
    }

    private static func version(in result: borrowing PostgresResult) -> SessionVersion? {
        guard result.count > 0 else { return nil }
        return SessionVersion(session: SessionNumber(result.integer(0, 7)), stamp: result.integer(0, 8))
    }

    /// How many messages the session has; 0 where deletions were never counted.
    var total: Int64 { session.result.isNull(0, 2) ? 0 : Int64(session.result.text(0, 2)) ?? 0 }

    /// Of a slice: the position of the last message that the session has had.
    var lastPosition: Int64 { Int64(session.result.text(0, 3)) ?? 0 }

    func position(_ index: Int) -> Int64 { messages.result.integer(first + index, 0) }

    /// Whether a message lacks its content or meta, because it is long.
    var isAnyLeftOut: Bool {
        (0..<count).contains { MessageRow.lacksText(first + $0, of: messages.result, from: 1) }
    }

    /// How many bytes all contents and metas have.
    var contentLength: Int {
        (0..<count).reduce(0) { sum, index in
            sum + withMessage(index) { $0.content.byteCount + $0.meta.byteCount }
        }
    }

    func withMessage<Value>(_ index: Int, _ body: (borrowing MessageRow) -> Value) -> Value {
        Self.withMessage(first + index, of: messages.result, session.result, body)
    }

    private static func withMessage<Value>(
        _ row: Int,
        of messages: borrowing PostgresResult,
        _ session: borrowing PostgresResult,
        _ body: (borrowing MessageRow) -> Value
    ) -> Value {
        body(MessageRow.row(row, of: messages, from: 1, sessionID: session.bytes(0, 1)))
    }
}
