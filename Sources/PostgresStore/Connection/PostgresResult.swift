import AssistantsStore
import CLibpq

/// The rows that a statement gave, in binary form.
///
/// `@unchecked Sendable`: libpq does not change a result once it is there, so it can be made on one thread and read on
/// another.
struct PostgresResult: ~Copyable, @unchecked Sendable {
    private let handle: OpaquePointer

    /// Takes a result of libpq's over.
    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        PQclear(handle)
    }

    /// How many rows there are.
    var count: Int { Int(PQntuples(handle)) }

    var columnCount: Int32 { PQnfields(handle) }

    /// What a column's values are read as.
    enum ColumnType {
        case integer, text, bytes
    }

    /// `nil` for a type that no column of ours has.
    func type(of column: Int32) -> ColumnType? {
        // Of pg_type: boolean, bigint, smallint, integer; text; bytea.
        switch PQftype(handle, column) {
        case 16, 20, 21, 23: .integer
        case 25: .text
        case 17: .bytes
        default: nil
        }
    }

    /// How many rows a statement changed that gave none.
    var changes: Int {
        PQcmdTuples(handle).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// What `body` makes of each row.
    func map<Value>(_ body: (borrowing PostgresResult, _ row: Int) throws -> Value) rethrows -> [Value] {
        var values: [Value] = []
        for row in 0..<count { values.append(try body(self, row)) }
        return values
    }

    // MARK: Values: rows and columns from 0

    func isNull(_ row: Int, _ column: Int32) -> Bool {
        PQgetisnull(handle, Int32(row), column) == 1
    }

    /// Of a `smallint`, `integer`, `bigint` or `boolean`.
    func integer(_ row: Int, _ column: Int32) -> Int64 {
        let bytes = bytes(row, column)
        return bytes.withUnsafeBytes { bytes in
            // The first byte has the sign.
            var value: Int64 = (bytes.first ?? 0) & 0x80 != 0 && bytes.count > 1 ? -1 : 0
            for byte in bytes { value = value << 8 | Int64(byte) }
            return value
        }
    }

    func bool(_ row: Int, _ column: Int32) -> Bool { integer(row, column) != 0 }

    func timestamp(_ row: Int, _ column: Int32) -> Timestamp { Timestamp(microseconds: integer(row, column)) }

    func text(_ row: Int, _ column: Int32) -> String {
        bytes(row, column).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    func array(_ row: Int, _ column: Int32) -> [UInt8] {
        bytes(row, column).withUnsafeBytes { Array($0) }
    }

    /// The value's bytes: text in UTF-8, integers big-endian. None where it is NULL.
    @_lifetime(borrow self)
    func bytes(_ row: Int, _ column: Int32) -> RawSpan {
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(handle, Int32(row), column),
            count: Int(PQgetlength(handle, Int32(row), column))
        )
        return unsafe _overrideLifetime(bytes.bytes, borrowing: self)
    }
}

/// A result that can be handed from one task or thread to another.
final class PostgresRows: Sendable {
    let result: PostgresResult

    init(_ result: consuming PostgresResult) {
        self.result = result
    }
}
