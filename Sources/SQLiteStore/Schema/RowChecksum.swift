import CLibdeflate
import GRDB
import GRDBSQLite

/// The CRC-32 of what a row says, which tells whether the row is as it was written: SQLite notices damage to its own structure, but
/// not a bit that has changed inside of a text.
///
/// NULLs at the end are left out, so that a column that was added later, and is NULL in older rows, changes no checksum.
///
/// It is of 64 bits for each value, little-endian: an integer, the length of a text in bytes, −2 − the length of a blob, or −1 for
/// NULL; and then of the texts and blobs, one behind the other.
enum RowChecksum {
    /// An expression of SQL.
    static func sql(of values: [String]) -> String {
        "row_checksum(\(values.joined(separator: ", ")))"
    }

    /// Makes `sql(of:)` known to a connection. GRDB's own functions copy their values, which takes longer than to read them.
    static func addFunction(to db: Database) throws {
        let code = sqlite3_create_function_v2(
            db.sqliteConnection,
            "row_checksum",
            -1,
            SQLITE_UTF8 | SQLITE_DETERMINISTIC,
            nil,
            { context, count, values in
                let values = UnsafeBufferPointer(start: values, count: Int(count))
                let end = values.lastIndex { sqlite3_value_type($0) != SQLITE_NULL }.map { $0 + 1 } ?? 0
                let crc = RowChecksum.crc(of: UnsafeBufferPointer(rebasing: values[..<end]))
                sqlite3_result_int64(context, Int64(crc))
            },
            nil,
            nil,
            nil
        )
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }

    private static func crc(of values: UnsafeBufferPointer<OpaquePointer?>) -> UInt32 {
        let heads = withUnsafeTemporaryAllocation(of: Int64.self, capacity: values.count) { heads in
            for (index, value) in values.enumerated() {
                heads.initializeElement(at: index, to: head(of: value).littleEndian)
            }
            return crc(UnsafeRawBufferPointer(heads))
        }
        return values.reduce(heads) { start, value in
            guard sqlite3_value_type(value) != SQLITE_INTEGER else { return start }
            let bytes = sqlite3_value_blob(value)
            return crc(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_value_bytes(value))), after: start)
        }
    }

    private static func head(of value: OpaquePointer?) -> Int64 {
        switch sqlite3_value_type(value) {
        case SQLITE_INTEGER: sqlite3_value_int64(value)
        case SQLITE_NULL: -1
        // One bit tells it from a text.
        case SQLITE_BLOB: -2 - Int64(sqlite3_value_bytes(value))
        default: Int64(sqlite3_value_bytes(value))
        }
    }

    static func crc(_ bytes: UnsafeRawBufferPointer, after start: UInt32 = 0) -> UInt32 {
        // It takes a null pointer, which nothing at all may have, for a new beginning.
        bytes.isEmpty ? start : libdeflate_crc32(start, bytes.baseAddress, bytes.count)
    }
}
