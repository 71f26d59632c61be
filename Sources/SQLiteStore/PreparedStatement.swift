import AssistantsStore
import GRDB
import GRDBSQLite

/// A statement compiled by SQLite and kept for the life of its connection. Used by one thread at a time.
///
/// For the queries that every request runs: what is borrowed from a row costs no copy, and the compiler sees to it that
/// it is not kept past the next step.
struct PreparedStatement: ~Copyable {
    private let connection: SQLiteConnection
    private let statement: SQLiteStatement

    init(_ sql: String, on connection: SQLiteConnection) throws {
        var statement: SQLiteStatement?
        let code = sqlite3_prepare_v3(
            connection,
            sql,
            -1,
            UInt32(bitPattern: SQLITE_PREPARE_PERSISTENT),
            &statement,
            nil
        )
        guard code == SQLITE_OK, let statement else { throw Self.failure(code, on: connection) }
        self.connection = connection
        self.statement = statement
    }

    deinit {
        sqlite3_finalize(statement)
    }

    // MARK: Parameters, from 1

    mutating func bind(_ number: Int64, at index: Int32) throws {
        try check(sqlite3_bind_int64(statement, index, number))
    }

    mutating func bind(_ text: String, at index: Int32) throws {
        var text = text
        try check(
            text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) {
                    // SQLite takes a null pointer for NULL; an empty text has no address of its own.
                    guard let address = $0.baseAddress else { return sqlite3_bind_text(statement, index, "", 0, nil) }
                    return sqlite3_bind_text(statement, index, address, Int32($0.count), Self.transient)
                }
            }
        )
    }

    // MARK: Running

    /// `false` when there is no further row.
    mutating func step() throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw Self.failure(code, on: connection)
        }
    }

    /// Makes the statement ready to run again. What made it fail has been thrown by `step` already.
    mutating func reset() {
        sqlite3_reset(statement)
    }

    /// Runs a statement that gives no rows.
    mutating func run() throws {
        defer { reset() }
        _ = try step()
    }

    // MARK: Columns, from 0

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(statement, column)
    }

    func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(statement, column) == SQLITE_NULL
    }

    func timestamp(_ column: Int32) -> Timestamp {
        Timestamp(microseconds: integer(column))
    }

    /// The column's bytes, in UTF-8 where it is text; they live until the next step.
    @_lifetime(borrow self)
    func bytes(_ column: Int32) -> RawSpan {
        let address = sqlite3_column_blob(statement, column)
        let bytes = UnsafeRawBufferPointer(start: address, count: Int(sqlite3_column_bytes(statement, column)))
        return unsafe _overrideLifetime(bytes.bytes, borrowing: self)
    }

    func text(_ column: Int32) -> String {
        bytes(column).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    // MARK: Errors

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw Self.failure(code, on: connection) }
    }

    private static func failure(_ code: Int32, on connection: SQLiteConnection) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
            message: String(cString: sqlite3_errmsg(connection))
        )
    }

    /// Tells SQLite to copy what is bound, whose address does not outlive the call.
    private static var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}
