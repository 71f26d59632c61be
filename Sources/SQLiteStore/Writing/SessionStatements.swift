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
            AccountRowLookup.sql(
                """
                session.number, session.assistant_id, session.identity, session.last_position, session.date_updated,
                \(AccountRowLookup.isIntact(of: .session))
                """,
                of: .session
            ),
            on: connection
        )
        let insert = try PreparedStatement(
            ChecksummedTable.session.insertion(of: [
                "account_sid", "id", "assistant_id", "identity", "date_created", "date_updated", "last_activity",
            ]),
            on: connection
        )
        let update = try PreparedStatement(
            ChecksummedTable.session.update([
                "last_position": "?1", "date_updated": "?2", "stamp": "random()",
                "last_activity": "max(last_activity, ?4)",
            ]) + " WHERE number = ?3",
            on: connection
        )
        self.connection = connection
        self.find = find
        self.insert = insert
        self.update = update
    }

    mutating func find(_ id: SessionID, in account: AccountSID) throws -> OpenSession<SessionNumber>? {
        defer { find.reset() }
        try find.bind(account.text, at: 1)
        try find.bind(id.text, at: 2)
        guard try find.step() else { return nil }
        guard find.integer(5) == 1 else { throw DatabaseError.damagedRow(.session, id.text) }
        let number = SessionNumber(find.integer(0))
        return OpenSession(
            handle: number,
            id: id,
            number: number,
            assistantID: AssistantID(unchecked: find.text(1)),
            identity: find.text(2),
            lastPosition: find.integer(3),
            dateUpdated: find.timestamp(4)
        )
    }

    /// Makes the session that begins with this message.
    /// - Parameter time: in microseconds.
    /// - Throws: `notFound(.account)`.
    mutating func create(
        by first: Message,
        in account: AccountSID,
        at time: Int64
    ) throws -> OpenSession<SessionNumber> {
        try insert.bind(account.text, at: 1)
        try insert.bind(first.sessionID.text, at: 2)
        try insert.bind(first.assistantID.text, at: 3)
        try insert.bind(first.identity, at: 4)
        try insert.bind(first.dateCreated.microseconds, at: 5)
        try insert.bind(first.dateUpdated.microseconds, at: 6)
        try insert.bind(time, at: 7)
        do {
            try insert.run()
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_FOREIGNKEY {
            throw StoreError.notFound(.account(account))
        }
        let number = SessionNumber(sqlite3_last_insert_rowid(connection))
        guard number.value <= MessageKey.maximumSessionNumber else {
            throw DatabaseError(resultCode: .SQLITE_FULL, message: "no session numbers are left")
        }
        return OpenSession(
            handle: number,
            id: first.sessionID,
            number: number,
            assistantID: first.assistantID,
            identity: first.identity,
            lastPosition: 0,
            dateUpdated: first.dateUpdated
        )
    }

    /// - Parameter time: in microseconds.
    mutating func update(_ session: OpenSession<SessionNumber>, at time: Int64) throws {
        try update.bind(session.lastPosition, at: 1)
        try update.bind(session.dateUpdated.microseconds, at: 2)
        try update.bind(session.number.value, at: 3)
        try update.bind(time, at: 4)
        try update.run()
    }
}
