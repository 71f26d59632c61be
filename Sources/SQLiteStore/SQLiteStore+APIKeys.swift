package import AssistantsStore
import Foundation
import GRDB

extension SQLiteStore {
    package func create(_ key: APIKey, secretDigest: [UInt8]) async throws(StoreError) {
        try await write { db in
            try db.requireAccount(key.account)
            try db.execute(
                sql: ChecksummedTable.apiKey.insertion(of: [
                    "sid", "account_sid", "name", "secret_digest", "read_only", "date_created",
                ]),
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
                sql: """
                    SELECT \(ChecksummedTable.apiKey.verifiableColumns) FROM api_key NOT INDEXED
                    WHERE account_sid = ? ORDER BY date_created, sid
                    """,
                arguments: [account.text]
            ).map(APIKey.init)
        }
    }

    package func revoke(_ key: APIKeySID, of account: AccountSID) async throws(StoreError) {
        try await write { db in
            try db.execute(
                sql: "DELETE FROM api_key WHERE sid = ? AND account_sid = ?",
                arguments: [key.text, account.text]
            )
            guard db.changesCount == 1 else { throw StoreError.notFound(.apiKey(key)) }
        }
    }
}

extension APIKey {
    fileprivate init(_ row: Row) throws {
        try row.verify(.apiKey)
        try self.init(
            sid: APIKeySID(unchecked: row.value("sid")),
            account: AccountSID(unchecked: row.value("account_sid")),
            name: row.value("name"),
            isReadOnly: row.value("read_only"),
            dateCreated: Timestamp(microseconds: row.value("date_created"))
        )
    }
}
