import AssistantsStore
import Foundation
import GRDB

/// Put together once, not with every request.
private enum KeptAnswer {
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

extension Database {
    /// Runs `write` where its request has not been answered yet, and keeps the answer.
    /// - Throws: `StoreError.idempotencyKeyReused`, `StoreError.requestUnderWay`, and what `write` throws.
    func write<Value>(
        _ once: Once<Value>?,
        in account: AccountSID,
        clock: StoreClock,
        _ write: () throws -> Value
    ) throws -> OnceResult<Value> {
        guard let once else { return .done(try write()) }
        let now = clock.now
        if let answer = try answer(to: once.request, in: account, at: now) { return .replayed(answer) }
        let value = try write()
        try remember(once.request, in: account, at: now, answer: once.answer(value))
        return .done(value)
    }

    /// The answer that was given to a request before; `nil` where it comes for the first time.
    /// - Throws: `StoreError.idempotencyKeyReused`, `StoreError.requestUnderWay`.
    private func answer(
        to request: IdempotentRequest,
        in account: AccountSID,
        at now: Int64
    ) throws -> StoredAnswer? {
        let row = try Row.fetchOne(
            self,
            sql: KeptAnswer.find,
            arguments: [account.text, request.key]
        )
        guard let row else { return nil }
        try row.verify(.idempotencyKey)
        guard try now - row.value("date_created") < request.lifetime.microseconds else { return nil }
        guard try row.value("digest") == Data(request.digest) else { throw StoreError.idempotencyKeyReused }
        guard let status = try row.value("status") as Int? else { throw StoreError.requestUnderWay }
        return StoredAnswer(status: status, body: Array(try row.value("body") as Data))
    }

    /// Keeps a request's key, instead of one whose time is over.
    /// - Parameter answer: `nil` while the request is under way.
    private func remember(
        _ request: IdempotentRequest,
        in account: AccountSID,
        at now: Int64,
        answer: StoredAnswer?
    ) throws {
        try execute(
            sql: KeptAnswer.insertion,
            arguments: [
                account.text, request.key, Data(request.digest), answer?.status, Data(answer?.body ?? []),
                now,
            ]
        )
    }

    /// Keeps the answer to a request that was under way.
    func answer(_ key: String, in account: AccountSID, with answer: StoredAnswer) throws {
        try execute(
            sql: KeptAnswer.update,
            arguments: [answer.status, Data(answer.body), account.text, key]
        )
    }
}
