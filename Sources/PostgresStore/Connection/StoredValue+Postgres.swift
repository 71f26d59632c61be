import AssistantsStore

extension StoredValue {
    var parameter: (any PostgresValue)? {
        switch self {
        case .null: nil
        case .integer(let integer): integer
        case .text(let text): text
        case .bytes(let bytes): bytes
        }
    }
}

extension PostgresResult {
    /// A row's values, by their columns' types.
    func values(_ row: Int, from first: Int32 = 0) throws -> [StoredValue] {
        try (first..<columnCount).map { column in
            if isNull(row, column) { return .null }
            switch type(of: column) {
            case .integer: return .integer(integer(row, column))
            case .text: return .text(text(row, column))
            case .bytes: return .bytes(array(row, column))
            case nil: throw PostgresError(sqlState: "XX001", message: "a column has a type that none of ours has")
            }
        }
    }
}
