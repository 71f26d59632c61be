import AssistantsStore
import GRDB

extension Database {
    /// The account's oldest assistant of this name, made if there is none.
    /// - Throws: `StoreError.accountNotFound`.
    func assistant(named name: String, in account: AccountSID) throws -> AssistantID {
        let id = try String.fetchOne(
            self,
            sql: "SELECT id FROM assistant WHERE account_sid = ? AND name = ? ORDER BY number LIMIT 1",
            arguments: [account.text, name]
        )
        if let id { return AssistantID(unchecked: id) }
        try requireAccount(account)
        let now = Timestamp.now
        let assistant = AssistantID.unique(at: now)
        try execute(
            sql: "INSERT INTO assistant (account_sid, id, name, date_created) VALUES (?, ?, ?, ?)",
            arguments: [account.text, assistant.text, name, now.microseconds]
        )
        return assistant
    }
}
