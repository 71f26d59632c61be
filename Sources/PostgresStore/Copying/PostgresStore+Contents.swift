package import AssistantsStore

extension PostgresStore: StoreContents {
    package func lockWrites() async throws(StoreError) -> any WriteLock {
        let lock = try await read { [pool] _ in try PostgresWriteLock(pool) }
        // The copy could not know of them.
        let losses = try await readOneState { connection in
            try connection.execute("SET LOCAL statement_timeout = 0")
            return try StoredInvariant.losses.violations(&connection)
        }
        guard losses.isEmpty else {
            throw StoreError.fault(PostgresError(message: losses.prefix(3).joined(separator: "; ")))
        }
        return lock
    }

    package func count(of table: StoredTable) async throws(StoreError) -> Int {
        try await readOneState { connection in
            try connection.execute("SET LOCAL statement_timeout = 0")
            return Int(try connection.run(table.count).integer(0, 0))
        }
    }

    package func rows(
        of table: StoredTable,
        after cursor: [StoredValue]?,
        limit: Int
    ) async throws(StoreError) -> StoredRows {
        try await read { connection in try connection.rows(of: table, after: cursor, limit: limit) }
    }

    package func unfinishedCopy() async throws(StoreError) -> [UInt8]? {
        try await read { connection in
            let row = try connection.run("SELECT value FROM setting WHERE name = $1", [StoredTable.unfinishedCopy])
            return row.count > 0 ? row.array(0, 0) : nil
        }
    }

    package func beginCopy(noting progress: [UInt8]) async throws(StoreError) {
        try await write { connection in
            guard try connection.run("SELECT FROM account LIMIT 1").count == 0 else { throw StoreError.storeNotEmpty }
            _ = try connection.run(
                "INSERT INTO setting (name, value) VALUES ($1, $2)",
                [StoredTable.unfinishedCopy, progress]
            )
        }
    }

    package func add(
        _ rows: [[StoredValue]],
        to table: StoredTable,
        noting progress: [UInt8]
    ) async throws(StoreError) {
        try await write { connection in
            switch table.writing {
            case .statement(let sql):
                for row in rows { _ = try connection.run(sql, row.map(\.parameter)) }
            case .copy(let columns, let hasDigest, let leftOut):
                let copied = try rows.map { row in
                    let digest = hasDigest ? [StoredValue.bytes(try AccountDigest.bytes(of: row))] : []
                    return digest + row.dropFirst(leftOut)
                }
                try connection.copy([CopiedRows(copied, table: table.rawValue, columns: columns)])
            }
            _ = try connection.run(
                "UPDATE setting SET value = $2 WHERE name = $1",
                [StoredTable.unfinishedCopy, progress]
            )
        }
    }

    package func finishCopy() async throws(StoreError) {
        try await write { connection in
            // Large tables take their time.
            try connection.execute("SET LOCAL statement_timeout = 0")
            try connection.execute("UPDATE session SET deletions = \(Migrator.deletions)")
            // The source's clock may have been another, and nobody works on a copy yet.
            try connection.execute("UPDATE turn SET lease_end = 0; UPDATE callback SET due = 0 WHERE due IS NOT NULL")
            _ = try connection.run("DELETE FROM setting WHERE name = $1", [StoredTable.unfinishedCopy])
        }
    }
}

extension PostgresConnection {
    /// Some rows of a table, in the order of its key.
    mutating func rows(of table: StoredTable, after cursor: [StoredValue]?, limit: Int) throws -> StoredRows {
        let result = try run(table.rows(isFirst: cursor == nil), (cursor ?? []).map(\.parameter) + [limit])
        let rows = try result.map { result, row in try result.values(row) }
        return StoredRows(
            rows: rows.map { Array($0.dropFirst(table.keyCount)) },
            cursor: rows.last.map { Array($0.prefix(table.keyCount)) }
        )
    }
}

extension AccountDigest {
    /// Of a row that begins with an account and a text of its own.
    fileprivate static func bytes(of row: [StoredValue]) throws -> [UInt8] {
        guard case .text(let account) = row[0], case .text(let text) = row[1] else {
            throw PostgresError(sqlState: "XX001", message: "a row does not say whose it is")
        }
        return bytes(of: text, in: AccountSID(unchecked: account))
    }
}
