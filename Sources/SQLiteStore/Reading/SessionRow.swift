import AssistantsStore
import GRDB

/// A row of `session`: the session and its number.
struct SessionRow {
    let session: Session
    let number: SessionNumber

    init(_ row: Row) throws {
        session = try Session(row)
        number = SessionNumber(try row.value("number"))
    }
}

extension Session {
    init(_ row: Row) throws {
        try row.verify(.session)
        try self.init(
            id: SessionID(unchecked: row.value("id")),
            account: AccountSID(unchecked: row.value("account_sid")),
            assistantID: AssistantID(unchecked: row.value("assistant_id")),
            identity: row.value("identity"),
            isVerified: row.value("verified"),
            dateCreated: Timestamp(microseconds: row.value("date_created")),
            dateUpdated: Timestamp(microseconds: row.value("date_updated"))
        )
    }
}
