import AssistantsStore
import GRDB
import GRDBSQLite

/// The statements on `session` that appending needs.
struct SessionStatements: ~Copyable {
    private let connection: SQLiteConnection
    private var find: PreparedStatement
    private var insert: PreparedStatement
    private var update: PreparedStatement

    init(on connection: SQLiteConnection) throws {
        let find = try PreparedStatement(
            "SELECT number, identity, last_position, date_updated FROM session WHERE account_sid = ? AND id = ?",
            on: connection
        )
        let insert = try PreparedStatement(
            """
            INSERT INTO session
                (account_sid, id, assistant_id, identity, verified, last_position, date_created, date_updated)
            VALUES (?, ?, ?, ?, ?, 0, ?, ?)
            """,
            on: connection
        )
        let update = try PreparedStatement(
            "UPDATE session SET last_position = ?, date_updated = ? WHERE number = ?",
            on: connection
        )
        self.connection = connection
        self.find = find
        self.insert = insert
        self.update = update
    }

    mutating func find(_ id: SessionID, in account: AccountSID) throws -> OpenSession? {
        defer { find.reset() }
        try find.bind(account.text, at: 1)
        try find.bind(id.text, at: 2)
        guard try find.step() else { return nil }
        return OpenSession(
            number: SessionNumber(find.integer(0)),
            identity: find.text(1),
            lastPosition: find.integer(2),
            dateUpdated: find.timestamp(3)
        )
    }

    /// - Throws: `StoreError.accountNotFound`.
    mutating func create(_ session: Session) throws -> OpenSession {
        try insert.bind(session.account.text, at: 1)
        try insert.bind(session.id.text, at: 2)
        try insert.bind(session.assistantID.text, at: 3)
        try insert.bind(session.identity, at: 4)
        try insert.bind(session.isVerified ? 1 : 0, at: 5)
        try insert.bind(session.dateCreated.microseconds, at: 6)
        try insert.bind(session.dateUpdated.microseconds, at: 7)
        do {
            try insert.run()
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_FOREIGNKEY {
            throw StoreError.accountNotFound(session.account)
        }
        let number = SessionNumber(sqlite3_last_insert_rowid(connection))
        guard number.value <= MessageKey.maximumSessionNumber else {
            throw DatabaseError(resultCode: .SQLITE_FULL, message: "no session numbers are left")
        }
        return OpenSession(
            number: number,
            identity: session.identity,
            lastPosition: 0,
            dateUpdated: session.dateUpdated
        )
    }

    mutating func update(_ session: OpenSession) throws {
        try update.bind(session.lastPosition, at: 1)
        try update.bind(session.dateUpdated.microseconds, at: 2)
        try update.bind(session.number.value, at: 3)
        try update.run()
    }
}
