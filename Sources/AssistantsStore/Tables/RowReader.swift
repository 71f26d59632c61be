/// Reads a row's values one after another, in the order of its table's columns.
package struct RowReader {
    /// A column has a value that it cannot have. Does not say which: a row may hold what nobody may see.
    package struct WrongValue: Error, CustomStringConvertible {
        let table: StoredTable
        /// `nil` behind the last column.
        let column: String?

        package var description: String {
            "Column \(column ?? "?") of table \(table.rawValue) has a value that it cannot have"
        }
    }

    private let table: StoredTable
    private var values: ArraySlice<StoredValue>

    /// - Parameter values: one for each column of the table.
    package init(_ table: StoredTable, _ values: [StoredValue]) {
        self.table = table
        self.values = values[...]
    }

    package mutating func integer() throws -> Int64 {
        guard case .integer(let integer) = values.first else { throw wrongValue }
        values.removeFirst()
        return integer
    }

    package mutating func boolean() throws -> Bool { try integer() != 0 }

    package mutating func timestamp() throws -> Timestamp { Timestamp(microseconds: try integer()) }

    package mutating func text() throws -> String {
        guard case .text(let text) = values.first else { throw wrongValue }
        values.removeFirst()
        return text
    }

    package mutating func bytes() throws -> [UInt8] {
        guard case .bytes(let bytes) = values.first else { throw wrongValue }
        values.removeFirst()
        return bytes
    }

    /// What `read` reads, or `nil` for NULL.
    package mutating func optional<Value>(_ read: (inout RowReader) throws -> Value) rethrows -> Value? {
        guard values.first != .null else {
            values.removeFirst()
            return nil
        }
        return try read(&self)
    }

    private var wrongValue: WrongValue {
        let columns = table.columns
        let column = columns.count - values.count
        return WrongValue(table: table, column: columns.indices.contains(column) ? columns[column].name : nil)
    }
}
