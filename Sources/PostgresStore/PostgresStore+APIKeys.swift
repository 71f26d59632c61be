package import AssistantsStore

extension PostgresStore {
    package func create(_ key: APIKey, secretDigest: [UInt8]) async throws(StoreError) {
        try await write { connection in
            do {
                _ = try connection.run(
                    """
                    INSERT INTO api_key (sid, account_sid, name, secret_digest, read_only, date_created)
                    VALUES ($1, $2, $3, $4, $5::boolean, $6::bigint)
                    """,
                    [
                        key.sid, key.account, key.name, secretDigest, key.isReadOnly,
                        key.dateCreated,
                    ]
                )
            } catch let error as PostgresError where error.isForeignKeyViolation {
                throw StoreError.notFound(.account(key.account))
            }
        }
    }

    package func apiKeys(of account: AccountSID) async throws(StoreError) -> [APIKey] {
        try await read { connection in
            let owner = try connection.run("SELECT FROM account WHERE sid = $1", [account])
            guard owner.count > 0 else { throw StoreError.notFound(.account(account)) }
            let rows = try connection.run(
                "SELECT sid, name, read_only, date_created FROM api_key WHERE account_sid = $1 ORDER BY date_created, sid",
                [account]
            )
            return rows.map { rows, row in
                APIKey(
                    sid: APIKeySID(unchecked: rows.text(row, 0)),
                    account: account,
                    name: rows.text(row, 1),
                    isReadOnly: rows.bool(row, 2),
                    dateCreated: rows.timestamp(row, 3)
                )
            }
        }
    }

    package func revoke(_ key: APIKeySID, of account: AccountSID) async throws(StoreError) {
        try await write { connection in
            let result = try connection.run(
                "DELETE FROM api_key WHERE sid = $1 AND account_sid = $2",
                [key, account]
            )
            guard result.changes == 1 else { throw StoreError.notFound(.apiKey(key)) }
        }
    }
}
