package import AssistantsStore
import Foundation
import GRDB

extension SQLiteStore {
    package func create(_ key: APIKey, secretDigest: [UInt8]) async throws(StoreError) {
        try await write { db in
            try db.requireAccount(key.account)
            try db.execute(
                sql: """
                    INSERT INTO api_key (sid, account_sid, name, secret_digest, read_only, date_created)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    key.sid.text, key.account.text, key.name, Data(secretDigest), key.isReadOnly,
                    key.dateCreated.microseconds,
                ]
            )
        }
    }

    package func apiKeys(of account: AccountSID) async throws(StoreError) -> [APIKey] {
        try await read { db in
            try db.requireAccount(account)
            return try Row.fetchAll(
                db,
                sql: "SELECT * FROM api_key WHERE account_sid = ? ORDER BY date_created, sid",
                arguments: [account.text]
            ).map { row in
                try APIKey(
                    sid: APIKeySID(unchecked: row.value("sid")),
                    account: AccountSID(unchecked: row.value("account_sid")),
                    name: row.value("name"),
                    isReadOnly: row.value("read_only"),
                    dateCreated: Timestamp(microseconds: row.value("date_created"))
                )
            }
        }
    }

    package func revoke(_ key: APIKeySID, of account: AccountSID) async throws(StoreError) {
        try await write { db in
            try db.execute(
                sql: "DELETE FROM api_key WHERE sid = ? AND account_sid = ?",
                arguments: [key.text, account.text]
            )
            guard db.changesCount == 1 else { throw StoreError.apiKeyNotFound(key) }
        }
    }
}

extension Database {
    /// - Throws: `StoreError.accountNotFound`.
    func requireAccount(_ account: AccountSID) throws {
        let count = try Int.fetchOne(self, sql: "SELECT count(*) FROM account WHERE sid = ?", arguments: [account.text])
        guard count == 1 else { throw StoreError.accountNotFound(account) }
    }
}
