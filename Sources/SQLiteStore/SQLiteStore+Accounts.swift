package import AssistantsStore
import Foundation
import GRDB

extension SQLiteStore {
    package func create(_ account: Account, token: StoredAuthToken) async throws(StoreError) {
        try await write { db in
            do {
                try db.execute(
                    sql: ChecksummedTable.account.insertion(of: [
                        "sid", "name", "auth_token_digest", "auth_token_sealed", "date_created",
                    ]),
                    arguments: [
                        account.sid.text, account.name, Data(token.digest), Data(token.sealed),
                        account.dateCreated.microseconds,
                    ]
                )
            } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_PRIMARYKEY {
                throw StoreError.accountExists(account.sid)
            }
        }
    }

    package func accounts() async throws(StoreError) -> [Account] {
        try await read { db in
            // Not verified, for a server must start where one is damaged; its tokens open nothing.
            try Row.fetchAll(db, sql: "SELECT * FROM account ORDER BY date_created, sid").map { row in
                try Account(
                    sid: AccountSID(unchecked: row.value("sid")),
                    name: row.value("name"),
                    dateCreated: Timestamp(microseconds: row.value("date_created"))
                )
            }
        }
    }

    package func sealedAuthToken(of account: AccountSID) async throws(StoreError) -> [UInt8] {
        try await read { db in
            Array(try db.accountRow(account).value("auth_token_sealed") as Data)
        }
    }

    package func setSecondaryAuthToken(
        _ token: StoredAuthToken?,
        of account: AccountSID
    ) async throws(StoreError) {
        try await write { db in
            _ = try db.accountRow(account)
            try db.execute(
                sql: """
                    \(ChecksummedTable.account.update([
                        "secondary_token_digest": "?1", "secondary_token_sealed": "?2",
                    ]))
                    WHERE sid = ?3
                    """,
                arguments: [token.map { Data($0.digest) }, token.map { Data($0.sealed) }, account.text]
            )
        }
    }

    package func promoteSecondaryAuthToken(of account: AccountSID) async throws(StoreError) {
        try await write { db in
            _ = try db.accountRow(account)
            try db.execute(
                sql: """
                    \(ChecksummedTable.account.update([
                        "auth_token_digest": "secondary_token_digest", "auth_token_sealed": "secondary_token_sealed",
                        "secondary_token_digest": "NULL", "secondary_token_sealed": "NULL",
                    ]))
                    WHERE sid = ? AND secondary_token_digest IS NOT NULL
                    """,
                arguments: [account.text]
            )
            guard db.changesCount == 1 else { throw StoreError.secondaryAuthTokenNotFound(account) }
        }
    }

    package func close(_ account: AccountSID) async throws(StoreError) {
        try await write { db in
            try db.requireAccount(account)
            // No token has an empty digest.
            try db.execute(
                sql: """
                    \(ChecksummedTable.account.update([
                        "auth_token_digest": "x''", "auth_token_sealed": "x''",
                        "secondary_token_digest": "NULL", "secondary_token_sealed": "NULL",
                    ]))
                    WHERE sid = ?
                    """,
                arguments: [account.text]
            )
            try db.execute(sql: "DELETE FROM api_key WHERE account_sid = ?", arguments: [account.text])
        }
    }

    package func delete(_ account: AccountSID) async throws(StoreError) {
        try await read { db in try db.requireAccount(account) }
        while try await deleteSomeSessions(of: account) {}
        for table in [StoredTable.policy, .toolAttachment, .tool, .assistant, .idempotencyKey, .turn, .callback] {
            while try await deleteSomeRows(of: account, in: table) {}
        }
        // Before the account goes, so that the next call finds what is left.
        try await collectGarbage()
        try await write { db in
            // Requests that were in flight may have added some.
            for table in [StoredTable.idempotencyKey, .tool, .assistant] {
                try db.execute(
                    sql: "DELETE FROM \(table.rawValue) WHERE account_sid = ?",
                    arguments: [account.text]
                )
            }
            try db.execute(sql: "DELETE FROM account WHERE sid = ?", arguments: [account.text])
        }
    }

    /// Their messages are garbage from then on.
    /// - Returns: whether there may be more.
    private func deleteSomeSessions(of account: AccountSID) async throws(StoreError) -> Bool {
        let limit = 1_000
        return try await write { db in
            let some = "FROM session WHERE account_sid = ? ORDER BY number LIMIT \(limit)"
            try db.execute(
                sql: "INSERT INTO deleted_session (number, account_sid) SELECT number, account_sid \(some)",
                arguments: [account.text]
            )
            try db.execute(
                sql: "DELETE FROM session WHERE number IN (SELECT number \(some))",
                arguments: [account.text]
            )
            return db.changesCount == limit
        }
    }

    /// - Returns: whether there may be more.
    private func deleteSomeRows(of account: AccountSID, in table: StoredTable) async throws(StoreError) -> Bool {
        let limit = 1_000
        return try await write { db in
            let some = "SELECT number FROM \(table.rawValue) WHERE account_sid = ? LIMIT \(limit)"
            try db.execute(sql: "DELETE FROM \(table.rawValue) WHERE number IN (\(some))", arguments: [account.text])
            return db.changesCount == limit
        }
    }

    package func credential(for userName: String) async throws(StoreError) -> StoredCredential? {
        do {
            return try readers.read { try $0.credentials.run(userName) }
        } catch {
            throw StoreError(error)
        }
    }
}

extension Database {
    /// - Throws: `notFound(.account)`.
    func requireAccount(_ account: AccountSID) throws {
        let count = try Int.fetchOne(self, sql: "SELECT count(*) FROM account WHERE sid = ?", arguments: [account.text])
        guard count == 1 else { throw StoreError.notFound(.account(account)) }
    }

    /// An account's row, as it was written.
    /// - Throws: `notFound(.account)`.
    fileprivate func accountRow(_ account: AccountSID) throws -> Row {
        let row = try Row.fetchOne(
            self,
            sql: "SELECT \(ChecksummedTable.account.verifiableColumns) FROM account WHERE sid = ?",
            arguments: [account.text]
        )
        guard let row else { throw StoreError.notFound(.account(account)) }
        try row.verify(.account)
        return row
    }
}
