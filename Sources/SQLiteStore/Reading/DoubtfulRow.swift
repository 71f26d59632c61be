import GRDB

/// Reads a row that may be damaged, and notes the columns that have values that they cannot have.
///
/// What the row says must still be dealt with: a damaged row must not keep back others.
struct DoubtfulRow {
    private let row: Row
    private(set) var damagedColumns: [String] = []

    init(_ row: Row) {
        self.row = row
    }

    /// Empty where the column has nothing that can be read as text.
    mutating func text(_ column: String) -> String {
        if let text = optionalText(column) { return text }
        note(column)
        return ""
    }

    mutating func optionalText(_ column: String) -> String? {
        let value: DatabaseValue = row[column]
        switch value.storage {
        case .null: return nil
        case .string(let text): return text
        // A text of which one bit has changed can have become a blob.
        case .blob, .int64, .double:
            note(column)
            return String.fromDatabaseValue(value)
        }
    }

    /// 0 where the column has no integer.
    mutating func integer(_ column: String) -> Int64 {
        if let integer = optionalInteger(column) { return integer }
        note(column)
        return 0
    }

    mutating func optionalInteger(_ column: String) -> Int64? {
        let value: DatabaseValue = row[column]
        switch value.storage {
        case .null: return nil
        case .int64(let integer): return integer
        case .string, .blob, .double:
            note(column)
            return nil
        }
    }

    mutating func note(_ column: String) {
        if damagedColumns.last != column { damagedColumns.append(column) }
    }
}
