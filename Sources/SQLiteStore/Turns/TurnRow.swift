import AssistantsStore
import GRDB

/// A row of `turn`.
struct TurnRow {
    /// The first of their sessions that a worker may begin, in the order of their arrival. Values: the time, the worker, the
    /// number behind which to look, and how many.
    static let ready = """
        SELECT * FROM turn
        WHERE (lease_end <= ?1 OR (worker = ?2 AND begun = 0)) AND number > ?3
            AND NOT EXISTS (
                SELECT 1 FROM turn AS earlier
                WHERE earlier.session_number = turn.session_number AND earlier.number < turn.number
            )
        ORDER BY number LIMIT ?4
        """

    /// Values: those of the columns, in their order, without the number.
    private static let insertion = """
        INSERT INTO turn (
            id, account_sid, session_number, session_id, assistant_id, identity, mode, webhook, idempotency_key, content,
            position, worker, begun, lease_end
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// Values: as of `insertion`, and the number. Of a damaged row, SQLite changes all columns or none.
    private static let update = """
        UPDATE turn SET
            id = ?, account_sid = ?, session_number = ?, session_id = ?, assistant_id = ?, identity = ?, mode = ?, webhook = ?,
            idempotency_key = ?, content = ?, position = ?, worker = ?, begun = ?, lease_end = ?
        WHERE number = ?
        """

    /// Of the worker of `renewal` (?1), the leases of turns that have not begun or whose ids are in the JSON array (?2)
    /// get an end (?3).
    static let renewal = """
        UPDATE turn SET lease_end = ?3
        WHERE worker = ?1 AND (begun = 0 OR id IN (SELECT value FROM json_each(?2)))
        """

    /// 0 until it is inserted.
    let number: Int64
    let id: TurnID
    let account: AccountSID
    let sessionNumber: SessionNumber
    let sessionID: SessionID
    let assistantID: AssistantID
    let identity: String
    let mode: SendMode
    let webhook: String?
    let idempotencyKey: String?
    /// The user's message until it is stored.
    private(set) var content: JSONObject?
    /// The place of the user's message in its session.
    private(set) var position: Int64?
    var worker: WorkerID
    var hasBegun: Bool
    /// By the store's clock.
    var leaseEnd: Int64
    /// The columns that have values that they cannot have. The row has others in their place, and no message.
    let damagedColumns: [String]

    /// The row of a turn that has not begun.
    /// - Parameter position: of the turn's message; `nil` where that waits.
    init(
        _ turn: NewTurn,
        of account: AccountSID,
        in session: (number: SessionNumber, id: SessionID),
        position: Int64?,
        by worker: WorkerID,
        until leaseEnd: Int64,
        idempotencyKey: String?
    ) {
        number = 0
        id = turn.id
        self.account = account
        sessionNumber = session.number
        sessionID = session.id
        assistantID = turn.assistantID
        identity = turn.identity
        mode = turn.mode
        webhook = turn.webhook
        self.idempotencyKey = idempotencyKey
        content = position == nil ? turn.content : nil
        self.position = position
        self.worker = worker
        hasBegun = false
        self.leaseEnd = leaseEnd
        damagedColumns = []
    }

    /// Reads a row, which may be damaged.
    init(_ row: Row) {
        var row = DoubtfulRow(row)
        number = row.integer("number")
        let id = row.text("id")
        self.id = id.isEmpty ? .unique() : TurnID(unchecked: id)
        account = AccountSID(unchecked: row.text("account_sid"))
        sessionNumber = SessionNumber(row.integer("session_number"))
        sessionID = SessionID(unchecked: row.text("session_id"))
        assistantID = AssistantID(unchecked: row.text("assistant_id"))
        identity = row.text("identity")
        let mode = SendMode(rawValue: row.text("mode"))
        if mode == nil { row.note("mode") }
        self.mode = mode ?? .chat
        webhook = row.optionalText("webhook")
        idempotencyKey = row.optionalText("idempotency_key")
        if let text = row.optionalText("content") {
            content = try? JSONObject(text)
            if content == nil { row.note("content") }
        }
        position = row.optionalInteger("position")
        worker = WorkerID(unchecked: row.text("worker"))
        hasBegun = row.integer("begun") != 0
        leaseEnd = row.integer("lease_end")
        // The mark of a row that has been repaired: before its turn begins, its message is somewhere.
        if !hasBegun, content == nil, position == nil { row.note("content") }
        damagedColumns = row.damagedColumns
        if isDamaged { setPosition(nil) }
    }

    static func ready(
        for worker: WorkerID,
        after number: Int64 = 0,
        limit: Int,
        at now: Int64,
        _ db: Database
    ) throws -> [TurnRow] {
        try Row.fetchAll(db, sql: ready, arguments: [now, worker.text, number, limit]).map(TurnRow.init)
    }

    /// The rows that have values that they cannot have.
    static func damaged(_ db: Database) throws -> [TurnRow] {
        let rows = try Row.fetchCursor(db, sql: "SELECT * FROM turn ORDER BY number")
        return try Array(rows.map(TurnRow.init).filter(\.isDamaged))
    }

    /// Puts values that can be read in place of others. Their turns stay damaged. SQLite changes no column of a row while another
    /// has a value of a wrong type.
    static func repair(_ db: Database) throws {
        for var row in try damaged(db) {
            row.hasBegun = false
            try row.update(db)
        }
    }

    var isDamaged: Bool { !damagedColumns.isEmpty }

    /// Says where the user's message is stored; `nil` where it has no place.
    mutating func setPosition(_ position: Int64?) {
        self.position = position
        content = nil
    }

    // MARK: Writing

    func insert(_ db: Database) throws {
        try db.execute(sql: Self.insertion, arguments: StatementArguments(values))
    }

    func update(_ db: Database) throws {
        try db.execute(sql: Self.update, arguments: StatementArguments(values + [number]))
    }

    private var values: [(any DatabaseValueConvertible)?] {
        [
            id.text, account.text, sessionNumber.value, sessionID.text, assistantID.text, identity, mode.rawValue,
            webhook,
            idempotencyKey, content?.text, position, worker.text, hasBegun, leaseEnd,
        ]
    }

    // MARK: Turns

    var session: SessionReference { SessionReference(exactly: sessionID) }

    /// The draft of a message of this turn.
    func draft(_ role: MessageRole, _ content: JSONObject, meta: JSONObject? = nil) -> MessageDraft {
        MessageDraft(role: role, content: content, meta: meta, identity: identity, assistantID: assistantID)
    }

    /// - Parameter isDamaged: whether its message cannot be read or stored, or the row is damaged.
    func turn(isDamaged: Bool) -> Turn {
        Turn(
            id: id,
            account: account,
            assistantID: assistantID,
            sessionID: sessionID,
            identity: identity,
            mode: mode,
            webhook: webhook,
            message: position.map { MessageCursor(session: sessionNumber, position: $0) },
            isDamaged: isDamaged
        )
    }
}
