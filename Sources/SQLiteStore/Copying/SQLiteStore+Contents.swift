package import AssistantsStore
import Foundation
import GRDB

extension SQLiteStore: StoreContents {
    package func lockWrites() async throws(StoreError) -> any WriteLock {
        do {
            let lock = try SQLiteWriteLock(path: pool.path, configuration: Self.configuration)
            // The copy could not know of them.
            let losses = try await pool.read { db in try Int.fetchOne(db, sql: Database.losses.query) ?? 0 }
            guard losses == 0 else {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "\(losses) \(Database.losses.name)")
            }
            return lock
        } catch {
            throw StoreError(error)
        }
    }

    package func count(of table: StoredTable) async throws(StoreError) -> Int {
        try await read { db in try Int.fetchOne(db, sql: table.count) ?? 0 }
    }

    package func rows(
        of table: StoredTable,
        after cursor: [StoredValue]?,
        limit: Int
    ) async throws(StoreError) -> StoredRows {
        try await read { db in
            let checksummed = table.checksummed
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: table.rows(isFirst: cursor == nil)),
                arguments: StatementArguments((cursor ?? []).map(\.databaseValue) + [limit.databaseValue])
            ).map { row in
                if let checksummed { try row.verify(checksummed) }
                return try row.databaseValues.map(StoredValue.init)
            }
            return StoredRows(rows: rows.map { Array($0.dropFirst(2)) }, cursor: rows.last.map { [$0[0]] })
        }
    }

    package func unfinishedCopy() async throws(StoreError) -> [UInt8]? {
        try await read { db in try db.unfinishedCopy() }
    }

    package func beginCopy(noting progress: [UInt8]) async throws(StoreError) {
        try await write { db in
            guard try Int.fetchOne(db, sql: "SELECT count(*) FROM account") == 0 else { throw StoreError.storeNotEmpty }
            try db.note(progress)
        }
    }

    package func add(
        _ rows: [[StoredValue]],
        to table: StoredTable,
        noting progress: [UInt8]
    ) async throws(StoreError) {
        try await write { db in
            if table == .number { try db.execute(sql: "DELETE FROM sqlite_sequence") }
            let insertion = try db.cachedStatement(sql: table.insertion)
            for row in rows {
                let values = table == .message ? try Self.messageValues(of: row) : row.map(\.databaseValue)
                try insertion.execute(arguments: StatementArguments(values))
            }
            try db.note(progress)
        }
    }

    package func finishCopy() async throws(StoreError) {
        try await write { db in
            try db.countDeletions()
            try db.indexLater()
            try db.execute(sql: "DELETE FROM setting WHERE name = ?", arguments: [StoredTable.unfinishedCopy])
        }
    }

    /// The row's key, and its values behind the position.
    private static func messageValues(of row: [StoredValue]) throws -> [DatabaseValue] {
        guard case .integer(let number) = row[2], case .integer(let position) = row[3],
            (1...MessageKey.maximumSessionNumber).contains(number), (1...MessageKey.maximumPosition).contains(position)
        else { throw DatabaseError(resultCode: .SQLITE_RANGE, message: "there are more messages than SQLite can keep") }
        let key = MessageKey(SessionNumber(number), position: position)
        return [key.value.databaseValue] + row.dropFirst(4).map(\.databaseValue)
    }
}

extension Database {
    /// How far an unfinished copy into the database is; `nil` where there is none.
    func unfinishedCopy() throws -> [UInt8]? {
        try Data.fetchOne(
            self,
            sql: "SELECT value FROM setting WHERE name = ?",
            arguments: [StoredTable.unfinishedCopy]
        ).map { Array($0) }
    }

    fileprivate func note(_ progress: [UInt8]) throws {
        try execute(
            sql: "INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)",
            arguments: [StoredTable.unfinishedCopy, Data(progress)]
        )
    }
}
