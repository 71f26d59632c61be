package import AssistantsStore
import Foundation
import GRDB

extension SQLiteStore {
    package func pageTokenKey() async throws(StoreError) -> [UInt8] {
        try await read { db in
            guard
                let key = try Data.fetchOne(db, sql: "SELECT value FROM setting WHERE name = 'page_token_key'"),
                key.count == 32
            else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the page token key is missing") }
            return Array(key)
        }
    }
}
