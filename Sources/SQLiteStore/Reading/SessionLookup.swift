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

    private var byID: PreparedStatement

    init(on connection: SQLiteConnection) throws {
        byID = try PreparedStatement(Self.byID, on: connection)
    }

    /// With a cursor, the session of the cursor, which must be one that the reference could mean; else the nearest that
    /// there is.
    /// - Throws: `notFound(.session)`, `StoreError.cursorOfAnotherSession`.
    mutating func find(_ request: MessagePageRequest) throws -> SessionVersion {
        let wanted = request.page.anchor.cursor?.session
        var isAnyThere = false
        try byID.bind(request.account.text, at: 1)
        for candidate in request.session.candidates {
            byID.reset()
            try byID.bind(candidate.text, at: 2)
            guard try byID.step() else { continue }
            guard byID.integer(5) == 1 else { throw DatabaseError.damagedRow(.session, candidate.text) }
            let number = SessionNumber(byID.integer(0))
            if wanted == nil || wanted == number { return SessionVersion(session: number, stamp: byID.integer(2)) }
            isAnyThere = true
        }
        throw isAnyThere ? StoreError.cursorOfAnotherSession : StoreError.notFound(.session)
    }

    /// The id of the session that was found, until `reset`.
    var id: RawSpan {
        @_lifetime(borrow self) get { byID.bytes(1) }
    }

    var idText: String { byID.text(1) }
    var lastPosition: Int64 { byID.integer(3) }
    /// How many of its messages have been deleted.
    var deletions: Int64 { byID.integer(4) }
    /// Whether messages of it have been deleted; where none were, there is one at each position from 1 to the last.
    var hasGaps: Bool { deletions != 0 }

    mutating func reset() {
        byID.reset()
    }
}
