import AssistantsStore
import GRDB

/// A row of `session`: the session and its number.
struct SessionRow {
    let session: Session
    let number: SessionNumber

    init(_ row: Row) {
        session = Session(row)
        number = SessionNumber(row["number"])
    }
}

extension Session {
    init(_ row: Row) {
        self.init(
            id: SessionID(unchecked: row["id"]),
            account: AccountSID(unchecked: row["account_sid"]),
            assistantID: AssistantID(unchecked: row["assistant_id"]),
            identity: row["identity"],
            isVerified: row["verified"],
            dateCreated: Timestamp(microseconds: row["date_created"]),
            dateUpdated: Timestamp(microseconds: row["date_updated"])
        )
    }
}
