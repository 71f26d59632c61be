import AssistantsStore
import Foundation
import GRDB

/// Put together once, not with every request.
private enum IdempotencySQL {
    static let find = """
        SELECT \(ChecksummedTable.idempotencyKey.verifiableColumns) FROM idempotency_key
        WHERE account_sid = ? AND key = ?
        """
    static let insertion = ChecksummedTable.idempotencyKey.insertion(
        of: ["account_sid", "key", "digest", "status", "body", "date_created"],
        replacing: true
    )
    static let update = """
        \(ChecksummedTable.idempotencyKey.update(["status": "?1", "body": "?2"]))
        WHERE account_sid = ?3 AND key = ?4 AND status IS NULL AND \(ChecksummedTable.idempotencyKey.isIntact)
        """
}

extension SQLiteTransaction {
    func claim(_ request: IdempotentRequest, in account: AccountSID) throws -> StoredAnswer? {
        let row = try Row.fetchOne(db, sql: IdempotencySQL.find, arguments: [account.text, request.key])
        guard let row else { return nil }
        try row.verify(.idempotencyKey)
        guard try clock.now - row.value("date_created") < request.lifetime.microseconds else { return nil }
        guard try row.value("digest") == Data(request.digest) else { throw StoreError.idempotencyKeyReused }
        guard let status = try row.value("status") as Int? else { throw StoreError.requestUnderWay }
        return StoredAnswer(status: status, body: Array(try row.value("body") as Data))
    }

    /// In place of one whose time is over.
    func keep(_ answer: StoredAnswer?, to request: IdempotentRequest, in account: AccountSID) throws {
        try db.execute(
            sql: IdempotencySQL.insertion,
            arguments: [
                account.text, request.key, Data(request.digest), answer?.status, Data(answer?.body ?? []), clock.now,
            ]
        )
    }

    /// Keeps the answer to a request that was under way.
    func answer(_ key: String, in account: AccountSID, with answer: StoredAnswer) throws {
        try db.execute(
            sql: IdempotencySQL.update,
            arguments: [answer.status, Data(answer.body), account.text, key]
        )
    }
}
