import AssistantsStore
import TextSearch

/// A row of `session`.
struct SessionRow {
    static let columns = """
        session_key, account_sid, id, number, assistant_id, identity, verified, last_position, date_created, date_updated,
        search_version
        """
    static let columnCount = Int32(columns.split(separator: ",").count)

    /// Locks the session until the transaction ends. Value: its key.
    static let lockedSelection = "SELECT \(columns) FROM session WHERE session_key = $1::bytea FOR UPDATE"

    let key: SessionKey
    let number: SessionNumber
    let session: Session
    /// 0 before the first message.
    let lastPosition: Int64
    /// The version of the words that the search index has of all of its messages; negative if it has them of some; `nil` if of none.
    let searchVersion: Int64?

    /// Of `columns`, which begin at the given one.
    init(_ rows: borrowing PostgresResult, _ row: Int = 0, from first: Int32 = 0) {
        key = SessionKey(bytes: rows.array(row, first))
        number = SessionNumber(rows.integer(row, first + 3))
        session = Session(
            id: SessionID(unchecked: rows.text(row, first + 2)),
            account: AccountSID(unchecked: rows.text(row, first + 1)),
            assistantID: AssistantID(unchecked: rows.text(row, first + 4)),
            identity: rows.text(row, first + 5),
            isVerified: rows.bool(row, first + 6),
            dateCreated: rows.timestamp(row, first + 8),
            dateUpdated: rows.timestamp(row, first + 9)
        )
        lastPosition = rows.integer(row, first + 7)
        searchVersion = rows.isNull(row, first + 10) ? nil : rows.integer(row, first + 10)
    }

    /// The session that a reference means; `nil` where there is none.
    /// - Parameter locked: whether nobody else is to write to it until the transaction ends.
    static func find(
        _ reference: SessionReference,
        in account: AccountSID,
        locked: Bool,
        _ connection: inout PostgresConnection
    ) throws -> SessionRow? {
        for candidate in reference.candidates {
            let result = try connection.run(
                locked ? lockedSelection : "SELECT \(columns) FROM session WHERE session_key = $1::bytea",
                [SessionKey(candidate, in: account).bytes]
            )
            if result.count > 0 { return SessionRow(result) }
        }
        return nil
    }

    /// What the words of its messages begin with; `nil` if the search index is not kept up to date with them.
    var searchPrefix: String? { searchVersion == Int64(SearchTerms.version) ? session.account.searchPrefix : nil }

    /// What is written to, where it was found locked.
    var open: OpenSession<SessionKey> {
        OpenSession(
            handle: key,
            id: session.id,
            number: number,
            assistantID: session.assistantID,
            identity: session.identity,
            lastPosition: lastPosition,
            dateUpdated: session.dateUpdated,
            searchPrefix: searchPrefix
        )
    }
}
