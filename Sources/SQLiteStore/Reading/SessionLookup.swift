import AssistantsStore
import GRDB

/// Finds the session that a caller means, and holds its id for the length of a query.
struct SessionLookup: ~Copyable {
    static let byID = AccountRowLookup.sql(
        """
        session.number, ?2, session.stamp, session.last_position, session.deletions, \(AccountRowLookup.isIntact(of: .session))
        """,
        of: .session
    )

    /// Sessions of all accounts in the order of their numbers. Value: the number at which to begin. Columns: those of `byID`, and the account.
    static func walk(_ direction: KeysetDirection) -> String {
        let (comparison, order) = direction == .after ? (">=", "number") : ("<=", "number DESC")
        return """
            SELECT number, id, stamp, last_position, deletions, \(ChecksummedTable.session.isIntact), account_sid
            FROM session WHERE number \(comparison) ?1 ORDER BY \(order)
            """
    }

    private var statement: PreparedStatement

    /// - Parameter sql: `byID` or `walk`.
    init(_ sql: String = byID, on connection: SQLiteConnection) throws {
        statement = try PreparedStatement(sql, on: connection)
    }

    /// With a cursor, the session of the cursor, which must be one that the reference could mean; else the nearest that
    /// there is.
    /// - Throws: `notFound(.session)`, `StoreError.cursorOfAnotherSession`.
    mutating func find(_ request: MessagePageRequest) throws -> SessionVersion {
        let wanted = request.page.anchor.cursor?.session
        var isAnyThere = false
        try statement.bind(request.account.text, at: 1)
        for candidate in request.session.candidates {
            statement.reset()
            try statement.bind(candidate.text, at: 2)
            guard try statement.step() else { continue }
            guard statement.integer(5) == 1 else { throw DatabaseError.damagedRow(.session, candidate.text) }
            let number = SessionNumber(statement.integer(0))
            if wanted == nil || wanted == number { return SessionVersion(session: number, stamp: statement.integer(2)) }
            isAnyThere = true
        }
        throw isAnyThere ? StoreError.cursorOfAnotherSession : StoreError.notFound(.session)
    }

    /// Begins to walk.
    mutating func begin(at session: SessionNumber) throws {
        try statement.bind(session.value, at: 1)
    }

    /// The next session of a walk.
    mutating func next() throws -> SessionNumber? {
        guard try statement.step() else { return nil }
        guard statement.integer(5) == 1 else { throw DatabaseError.damagedRow(.session, idText) }
        return SessionNumber(statement.integer(0))
    }

    /// Whether a walk is at a session of this account.
    func isSession(of account: AccountSID) -> Bool {
        let sid = statement.bytes(6)
        return sid.withUnsafeBytes { $0.elementsEqual(account.text.utf8) }
    }

    /// The id of the session that was found, until `reset`.
    var id: RawSpan {
        @_lifetime(borrow self) get { statement.bytes(1) }
    }

    var idText: String { statement.text(1) }
    var lastPosition: Int64 { statement.integer(3) }
    /// How many of its messages have been deleted.
    var deletions: Int64 { statement.integer(4) }
    /// Whether messages of it have been deleted; where none were, there is one at each position from 1 to the last.
    var hasGaps: Bool { deletions != 0 }

    mutating func reset() {
        statement.reset()
    }
}
