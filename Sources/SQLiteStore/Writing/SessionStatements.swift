import AssistantsStore
import GRDB
import GRDBSQLite

/// The statements on `session` that appending needs.
struct SessionStatements: ~Copyable {
    private let connection: SQLiteConnection
    private var find: PreparedStatement
    private var insert: PreparedStatement
    private var updateNew: PreparedStatement
    private var updateUnsettled: PreparedStatement
    private var updateAndUnsettle: PreparedStatement
    private var unsettle: PreparedStatement
    private var settle: PreparedStatement
    /// Those that this transaction has created and not yet updated.
    private var created: Set<SessionNumber> = []
    /// Those that this process has unsettled since all were settled, each once; earlier ones first.
    private var unsettled: [SessionNumber] = []
    private let maximumUnsettled: Int

    /// - Parameter maximumUnsettled: how many sessions may be unsettled before some of them are settled.
    init(on connection: SQLiteConnection, maximumUnsettled: Int) throws {
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
        func update(_ changes: KeyValuePairs<String, String>, where condition: String) throws -> PreparedStatement {
            var setting = [("last_position", "?1"), ("date_updated", "?2"), ("stamp", "random()")]
            setting += changes.map { ($0, $1) }
            return try PreparedStatement(
                "\(ChecksummedTable.session.update(setting: setting)) WHERE \(condition)",
                on: connection
            )
        }
        let updateNew = try update([:], where: "number = ?3")
        let updateUnsettled = try update(
            ["last_activity": Self.activity],
            where: "number = ?3 AND settled_activity IS NULL"
        )
        let updateAndUnsettle = try update(
            ["last_activity": Self.activity, "settled_activity": "NULL"],
            where: "number = ?3"
        )
        let unsettle = try PreparedStatement(
            "UPDATE session SET settled_activity = NULL WHERE number = ?1 AND settled_activity IS NOT NULL",
            on: connection
        )
        let settle = try PreparedStatement("\(Self.settlement) number = ?1", on: connection)
        self.connection = connection
        self.find = find
        self.insert = insert
        self.updateNew = updateNew
        self.updateUnsettled = updateUnsettled
        self.updateAndUnsettle = updateAndUnsettle
        self.unsettle = unsettle
        self.settle = settle
        self.maximumUnsettled = maximumUnsettled
    }

    private static let activity = "max(last_activity, ?4)"

    /// Settles sessions: moves them to where they belong in the index of activity. A condition on them follows.
    static let settlement = "UPDATE session SET settled_activity = last_activity WHERE settled_activity IS NULL AND"

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
        created.insert(number)
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

    /// Most appends leave the index of activity alone: the first one puts its session among the unsettled ones of its account, further
    /// ones find it there.
    /// - Parameter time: in microseconds.
    mutating func update(_ session: OpenSession<SessionNumber>, at time: Int64) throws {
        if created.remove(session.number) != nil { return try Self.run(&updateNew, session) }
        try updateUnsettled.bind(time, at: 4)
        try Self.run(&updateUnsettled, session)
        if sqlite3_changes(connection) > 0 { return }
        try updateAndUnsettle.bind(time, at: 4)
        try Self.run(&updateAndUnsettle, session)
        try noteUnsettled(session.number)
    }

    private static func run(_ update: inout PreparedStatement, _ session: OpenSession<SessionNumber>) throws {
        try update.bind(session.lastPosition, at: 1)
        try update.bind(session.dateUpdated.microseconds, at: 2)
        try update.bind(session.number.value, at: 3)
        try update.run()
    }

    /// To be called before a transaction writes: what another one has created, and then undone, may be somebody else's by now.
    mutating func begin() {
        created.removeAll()
    }

    /// To be called where `last_activity` has been changed otherwise.
    mutating func unsettle(_ session: SessionNumber) throws {
        try unsettle.bind(session.value, at: 1)
        try unsettle.run()
        if sqlite3_changes(connection) > 0 { try noteUnsettled(session) }
    }

    /// To be called when all sessions have been settled.
    mutating func noteAllSettled() {
        unsettled.removeAll()
    }

    /// Settles the sessions that have been unsettled for longest if there are too many, because every list by activity reads those of its
    /// account. If the transaction is rolled back, they are left to housekeeping.
    private mutating func noteUnsettled(_ session: SessionNumber) throws {
        unsettled.append(session)
        guard unsettled.count >= maximumUnsettled else { return }
        // A few ms of work for one transaction.
        let count = min(maximumUnsettled, 256)
        for number in unsettled.prefix(count) {
            try settle.bind(number.value, at: 1)
            try settle.run()
        }
        unsettled.removeFirst(count)
    }
}
