import AssistantsStore
import GRDB

/// A table whose rows have a checksum in their column `checksum`, and the statements that keep it right.
///
/// Code that changes a row verifies it first, in the same transaction; otherwise the new checksum would hide damage.
struct ChecksummedTable: Equatable {
    static let account = ChecksummedTable(.account)
    static let apiKey = ChecksummedTable(.apiKey)
    static let assistant = ChecksummedTable(.assistant)
    static let session = ChecksummedTable(.session)
    static let message = ChecksummedTable(.message)
    static let idempotencyKey = ChecksummedTable(.idempotencyKey)

    static let all = StoredTable.allCases.filter { ![.setting, .number, .turn, .callback].contains($0) }.map(Self.init)

    let table: StoredTable

    private init(_ table: StoredTable) {
        self.table = table
    }

    /// The table of an account's rows, which all have checksums.
    init<Item: AccountRow>(of item: Item.Type) {
        self.init(Item.table)
    }

    var name: String { table.rawValue }

    /// What the checksum is of, in this order.
    var columns: [String] {
        let columns = table.columns.filter(\.isChecksummed).map(\.name)
        // A message's key has its session's number and its position, and its session the account and the id.
        return self == .message ? ["key"] + columns.dropFirst(4) : columns
    }

    /// The values of those of `columns` that an insertion leaves out, and that are not NULL then.
    private var defaults: [String: String] {
        self == .session ? ["verified": "0", "last_position": "0", "deletions": "0"] : [:]
    }

    // MARK: SQL

    /// Whether a row is as it was written: 1 or 0.
    var isIntact: String { isIntact(with: [:]) }

    /// Whether a row is as it was written, and has these values in these columns: 1 or 0.
    func isIntact(with values: [String: String]) -> String {
        let checksum = RowChecksum.sql(of: columns.map { values[$0] ?? "\(name).\($0)" })
        return "(\(name).checksum IS \(checksum))"
    }

    /// A row's columns and `is_intact`, for `Row.verify`.
    var verifiableColumns: String { "\(name).*, \(isIntact) AS is_intact" }

    /// - Parameters:
    ///   - given: the columns of the values, which are ?1 and so on.
    ///   - replacing: whether the row takes the place of one that is there.
    func insertion(of given: [String], replacing: Bool = false) -> String {
        let parameters = zip(given, given.indices.map { "?\($0 + 1)" })
        var valueOfColumn = defaults.merging(parameters) { $1 }
        // A new session is in the place of its activity.
        if self == .session { valueOfColumn["settled_activity"] = valueOfColumn["last_activity"] }
        valueOfColumn["checksum"] = RowChecksum.sql(of: columns.map { valueOfColumn[$0] ?? "NULL" })
        let all = valueOfColumn.sorted { $0.key < $1.key }
        return """
            INSERT \(replacing ? "OR REPLACE " : "")INTO \(name) (\(all.map(\.key).joined(separator: ", ")))
            VALUES (\(all.map(\.value).joined(separator: ", ")))
            """
    }

    /// - Parameter changes: the columns and their new values.
    func update(_ changes: KeyValuePairs<String, String>) -> String {
        update(setting: changes.map { ($0, $1) })
    }

    func update(setting changes: [(column: String, value: String)]) -> String {
        let valueOfColumn = Dictionary(uniqueKeysWithValues: changes)
        let checksum = RowChecksum.sql(of: columns.map { valueOfColumn[$0] ?? $0 })
        let assignments = changes.map { "\($0) = \($1)" } + ["checksum = \(checksum)"]
        return "UPDATE \(name) SET \(assignments.joined(separator: ", "))"
    }

    // MARK: Names

    /// What tells a row from others of its kind, whatever is in it; of a message's, `session_id` is another column.
    func id(of row: Row) -> String {
        func text(_ column: String) -> String { String.fromDatabaseValue(row[column]) ?? "?" }
        return switch table {
        case .account, .apiKey: text("sid")
        case .message: "\(text("id")) of session \(text("session_id"))"
        case .idempotencyKey: text("key")
        default: text("id")
        }
    }
}
