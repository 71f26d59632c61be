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

    var turn: StoredTurn<SessionNumber>
    var worker: WorkerID
    var hasBegun = false
    /// By the store's clock.
    var leaseEnd: Int64

    /// The row of a turn that has not begun.
    init(_ turn: StoredTurn<SessionNumber>, by worker: WorkerID, until leaseEnd: Int64) {
        self.turn = turn
        self.worker = worker
        self.leaseEnd = leaseEnd
    }

    /// Reads a row, which may be damaged; then it has no message.
    init(_ row: Row) {
        var row = DoubtfulRow(row)
        let id = row.text("id")
        let mode = SendMode(rawValue: row.text("mode"))
        if mode == nil { row.note("mode") }
        let text = row.optionalText("content")
        let content = text.flatMap { try? JSONObject($0) }
        if text != nil, content == nil { row.note("content") }
        let position = row.optionalInteger("position")
        worker = WorkerID(unchecked: row.text("worker"))
        hasBegun = row.integer("begun") != 0
        leaseEnd = row.integer("lease_end")
        let number = row.integer("number")
        let account = AccountSID(unchecked: row.text("account_sid"))
        let session = SessionNumber(row.integer("session_number"))
        let sessionID = SessionID(unchecked: row.text("session_id"))
        let assistantID = AssistantID(unchecked: row.text("assistant_id"))
        let identity = row.text("identity")
        let webhook = row.optionalText("webhook")
        let idempotencyKey = row.optionalText("idempotency_key")
        // The mark of a row that has been repaired: before its turn begins, its message is somewhere.
        if !hasBegun, content == nil, position == nil { row.note("content") }
        let isDamaged = !row.damagedColumns.isEmpty
        turn = StoredTurn(
            number: number,
            id: id.isEmpty ? .unique() : TurnID(unchecked: id),
            account: account,
            session: session,
            sessionNumber: session,
            sessionID: sessionID,
            assistantID: assistantID,
            identity: identity,
            mode: mode ?? .chat,
            webhook: webhook,
            idempotencyKey: idempotencyKey,
            content: isDamaged ? nil : content,
            position: isDamaged ? nil : position,
            damagedColumns: row.damagedColumns
        )
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
        return try Array(rows.map(TurnRow.init).filter(\.turn.isDamaged))
    }

    /// Puts values that can be read in place of others. Their turns stay damaged. SQLite changes no column of a row while another
    /// has a value of a wrong type.
    static func repair(_ db: Database) throws {
        for var row in try damaged(db) {
            row.hasBegun = false
            try row.update(db)
        }
    }

    // MARK: Writing

    func insert(_ db: Database) throws {
        try db.execute(sql: Self.insertion, arguments: StatementArguments(values))
    }

    func update(_ db: Database) throws {
        try db.execute(sql: Self.update, arguments: StatementArguments(values + [turn.number]))
    }

    private var values: [(any DatabaseValueConvertible)?] {
        [
            turn.id.text, turn.account.text, turn.session.value, turn.sessionID.text, turn.assistantID.text,
            turn.identity, turn.mode.rawValue, turn.webhook, turn.idempotencyKey, turn.content?.text, turn.position,
            worker.text, hasBegun, leaseEnd,
        ]
    }
}
