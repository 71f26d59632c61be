import AssistantsStore

/// A list of an account's rows in the order of `Cursor`'s columns, by an index of the account and these.
struct KeysetList<Cursor: KeysetCursor> {
    let table: String
    /// What a row is read as; they follow the cursor's.
    let columns: String
    /// How many bytes a row has that can be long, in SQL; `nil` where all rows are short.
    var length: String?
    let account: AccountSID
    /// Whose rows they are; `nil` for all of the account's.
    var owner: RowOwner?
    /// What the list has lies between them.
    var bounds = KeysetBounds<Cursor>()
    /// What a row must match to be in the list; `nil` if all do that lie within the bounds.
    var conditions: [RowCondition]?
    /// Whether it is known already what lies on the near side of the anchor.
    var isContinued = false

    /// The rows between two cursors, or from one on. Values: account, owner if there is one, and the cursors' at which reading begins and ends.
    private func rows(_ direction: KeysetDirection, isBounded: Bool) -> String {
        let (start, end) =
            switch direction {
            case .after: (">", "<")
            case .before: ("<", ">")
            }
        let keys = Cursor.columns.joined(separator: ", ")
        func values(behind count: Int) -> String {
            Cursor.columns.indices.map { "$\(count + $0 + 1)::bigint" }.joined(separator: ", ")
        }
        let bound = isBounded ? " AND (\(keys)) \(end) (\(values(behind: ownerCount + Cursor.columns.count)))" : ""
        return """
            FROM \(table) WHERE account_sid = $1\(owner.map { " AND \($0.column) = $2" } ?? "")
                AND (\(keys)) \(start) (\(values(behind: ownerCount)))\(bound)
            """
    }

    private static func order(_ direction: KeysetDirection) -> String {
        Cursor.columns.map { direction == .after ? $0 : "\($0) DESC" }.joined(separator: ", ")
    }

    /// How many values `rows` has.
    private func valueCount(isBounded: Bool) -> Int { ownerCount + Cursor.columns.count * (isBounded ? 2 : 1) }

    /// How many values say whose rows they are.
    private var ownerCount: Int { owner == nil ? 1 : 2 }

    /// Values: those of the rows, those of the conditions, how many rows; where rows can be long, how many bytes they may have together.
    /// Columns: the cursor's, then the list's. Rows end behind the first that goes beyond that, or the second.
    func sql(_ direction: KeysetDirection, isBounded: Bool = false) -> String {
        let keys = Cursor.columns.joined(separator: ", ")
        let order = Self.order(direction)
        let first = valueCount(isBounded: isBounded) + 1
        let conditions = conditions ?? []
        let filter = conditions.enumerated().map { " AND \($1.sql(value: first + $0))" }.joined()
        let limit = first + conditions.count
        let rows = "\(rows(direction, isBounded: isBounded))\(filter) ORDER BY \(order) LIMIT $\(limit)::bigint"
        guard let length else { return "SELECT \(keys), \(columns) \(rows)" }
        return """
            SELECT \(keys), \(columns)
            FROM (
                SELECT *, row_number() OVER nearest AS row_number, sum(\(length)) OVER nearest - (\(length)) AS bytes_before
                FROM (SELECT * \(rows)) AS \(table)
                WINDOW nearest AS (ORDER BY \(order) ROWS UNBOUNDED PRECEDING)
            ) AS \(table)
            WHERE row_number <= 2 OR bytes_before <= $\(limit + 1)::bigint
            ORDER BY \(order)
            """
    }

    /// The last of some rows, if there are as many. Values: those of the rows, and how many rows come before it.
    func sliceEnd(_ direction: KeysetDirection, isBounded: Bool) -> String {
        """
        SELECT \(Cursor.columns.joined(separator: ", ")) \(rows(direction, isBounded: isBounded))
        ORDER BY \(Self.order(direction)) OFFSET $\(valueCount(isBounded: isBounded) + 1)::bigint LIMIT 1
        """
    }

    /// - Parameters:
    ///   - batch: of how many rows items are made at once.
    ///   - items: makes an item of each of some rows, whose columns begin at the given one; `nil` if there is none any more.
    func page<Item: PageItem>(
        _ request: PageRequest<Cursor>,
        _ connection: inout PostgresConnection,
        batch: Int = .max,
        _ items: (
            borrowing PostgresResult, _ rows: Range<Int>, _ column: Int32, inout PostgresConnection
        ) throws -> [Item?]
    ) throws -> Page<Item, Cursor> {
        try request.page(within: bounds, isContinued: isContinued) { direction, bounds, limit, wantsMore in
            var bounds = bounds
            var sliceEnd: Cursor?
            if conditions != nil {
                sliceEnd = try self.sliceEnd(direction, bounds, request.scan.slice, &connection)
                if let sliceEnd {
                    bounds = bounds.part(direction.opposite, sliceEnd.moved(by: direction == .after ? 1 : -1))
                }
            }
            var values = values(direction, bounds) + (conditions ?? []).map(\.value) + [limit]
            if length != nil { values.append(request.budget.bytes) }
            let rows = try connection.run(sql(direction, isBounded: bounds.end(direction) != nil), values)
            var next = 0
            while next < rows.count {
                let part = next..<next + min(batch, rows.count - next)
                for (row, item) in zip(part, try items(rows, part, Int32(Cursor.columns.count), &connection)) {
                    if let item, !wantsMore(item, Self.cursor(rows, row)) { return nil }
                }
                next = part.upperBound
            }
            // Some that were read are gone, and others follow.
            if rows.count == limit { return Self.cursor(rows, limit - 1) }
            return sliceEnd
        }
    }

    private func sliceEnd(
        _ direction: KeysetDirection,
        _ bounds: KeysetBounds<Cursor>,
        _ count: Int,
        _ connection: inout PostgresConnection
    ) throws -> Cursor? {
        let rows = try connection.run(
            sliceEnd(direction, isBounded: bounds.end(direction) != nil),
            values(direction, bounds) + [count - 1]
        )
        return rows.count > 0 ? Self.cursor(rows, 0) : nil
    }

    private func values(_ direction: KeysetDirection, _ bounds: KeysetBounds<Cursor>) -> [(any PostgresValue)?] {
        [account] + (owner.map { [$0.id] } ?? [])
            + (bounds.start(direction).values + (bounds.end(direction)?.values ?? []))
    }

    private static func cursor(_ rows: borrowing PostgresResult, _ row: Int) -> Cursor {
        var values: [Int64] = []
        for column in Cursor.columns.indices { values.append(rows.integer(row, Int32(column))) }
        return Cursor(values: values)
    }
}

/// A comparison of a column with a value.
struct RowCondition {
    /// As in `date_updated >=`.
    private let comparison: String
    private let type: String
    let value: any PostgresValue

    private init(_ comparison: String, _ value: any PostgresValue, as type: String) {
        self.comparison = comparison
        self.value = value
        self.type = type
    }

    static func equal(_ column: String, _ value: any PostgresValue) -> RowCondition {
        RowCondition("\(column) =", value, as: "text")
    }

    static func within(_ range: DateRange, _ column: String) -> [RowCondition] {
        [
            range.start.map { RowCondition("\(column) >=", $0, as: "bigint") },
            range.end.map { RowCondition("\(column) <", $0, as: "bigint") },
        ].compactMap(\.self)
    }

    /// - Parameter number: of the value among the statement's.
    func sql(value number: Int) -> String { "\(comparison) $\(number)::\(type)" }
}
