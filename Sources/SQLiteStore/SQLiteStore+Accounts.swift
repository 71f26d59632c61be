package import AssistantsStore
import Foundation
import GRDB

extension SQLiteStore {
    package func create(_ account: Account, token: StoredAuthToken) async throws(StoreError) {
        try await write { db in
            do {
                try db.execute(
                    sql: """
                        INSERT INTO account (sid, name, auth_token_digest, auth_token_sealed, date_created)
                        VALUES (?, ?, ?, ?, ?)
                        """,
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
            let sealed = try Data.fetchOne(
                db,
                sql: "SELECT auth_token_sealed FROM account WHERE sid = ?",
                arguments: [account.text]
            )
            guard let sealed else { throw StoreError.accountNotFound(account) }
            return Array(sealed)
        }
    }

    package func setSecondaryAuthToken(
        _ token: StoredAuthToken?,
        of account: AccountSID
    ) async throws(StoreError) {
        try await write { db in
            try db.execute(
                sql: "UPDATE account SET secondary_token_digest = ?, secondary_token_sealed = ? WHERE sid = ?",
                arguments: [token.map { Data($0.digest) }, token.map { Data($0.sealed) }, account.text]
            )
            guard db.changesCount == 1 else { throw StoreError.accountNotFound(account) }
        }
    }

    package func promoteSecondaryAuthToken(of account: AccountSID) async throws(StoreError) {
        try await write { db in
            try db.requireAccount(account)
            try db.execute(
                sql: """
                    UPDATE account SET auth_token_digest = secondary_token_digest, auth_token_sealed = secondary_token_sealed,
                        secondary_token_digest = NULL, secondary_token_sealed = NULL
                    WHERE sid = ? AND secondary_token_digest IS NOT NULL
                    """,
                arguments: [account.text]
            )
            guard db.changesCount == 1 else { throw StoreError.secondaryAuthTokenNotFound(account) }
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
