/// What a model may call: a web server of the account's, and what it takes.
package struct Tool: Equatable, Sendable {
    package let id: ToolID
    package let account: AccountSID
    package let details: ToolDetails
    package let dateCreated: Timestamp
    package let dateUpdated: Timestamp

    package init(
        id: ToolID,
        account: AccountSID,
        details: ToolDetails,
        dateCreated: Timestamp,
        dateUpdated: Timestamp
    ) {
        self.id = id
        self.account = account
        self.details = details
        self.dateCreated = dateCreated
        self.dateUpdated = dateUpdated
    }

    /// Creates one with a new id.
    package init(_ details: ToolDetails, in account: AccountSID, at date: Timestamp = .now) {
        self.init(id: .unique(at: date), account: account, details: details, dateCreated: date, dateUpdated: date)
    }
}

/// The fields that clients set.
package struct ToolDetails: Equatable, Sendable {
    package var name: String
    package var type: String
    package var description = ""
    /// Whether models are told of it.
    package var isEnabled: Bool
    /// Stored and shown; without effect.
    package var requiresAuth = false
    /// Where and how it is called, and what it takes.
    package var meta = JSONObject.empty

    package init(name: String, type: String, isEnabled: Bool) {
        self.name = name
        self.type = type
        self.isEnabled = isEnabled
    }
}

/// A tool's id: `aia_tool_` and at least one more character.
package struct ToolID: PrefixedIdentifier {
    package static let prefix = "aia_tool_"

    package let text: String

    package init(unchecked text: String) {
        self.text = text
    }
}

/// A position in an account's list of tools, which is in the order of creation.
package struct ToolCursor: KeysetCursor {
    package static let kind: UInt8 = 6
    package static let columns = ["number"]

    package let values: [Int64]

    package init(values: [Int64]) {
        self.values = values
    }
}

extension Tool: AccountRow {
    package typealias Cursor = ToolCursor

    package static let table = StoredTable.tool

    static let columns: [Column] = [
        .text("account_sid"), .text("id"), .number, .text("name"), .text("type"), .text("description"),
        .boolean("enabled"), .boolean("requires_auth"), .text("meta"), .integer("date_created"),
        .integer("date_updated"),
    ]

    package var values: [StoredValue] {
        [
            StoredValue(account), StoredValue(id), .text(details.name), .text(details.type),
            .text(details.description), StoredValue(details.isEnabled), StoredValue(details.requiresAuth),
            .text(details.meta.text), StoredValue(dateCreated), StoredValue(dateUpdated),
        ]
    }

    package init(_ row: inout RowReader) throws {
        let account = AccountSID(unchecked: try row.text())
        let id = ToolID(unchecked: try row.text())
        _ = try row.integer()
        let (name, type, description) = (try row.text(), try row.text(), try row.text())
        var details = ToolDetails(name: name, type: type, isEnabled: try row.boolean())
        details.description = description
        details.requiresAuth = try row.boolean()
        details.meta = JSONObject(unchecked: try row.text())
        self.init(
            id: id,
            account: account,
            details: details,
            dateCreated: try row.timestamp(),
            dateUpdated: try row.timestamp()
        )
    }

    /// An upper bound of what it takes in a page, but for what is the same for every tool.
    package var pageLength: Int {
        JSONText.stringLength(id.text) + JSONText.stringLength(details.name) + JSONText.stringLength(details.type)
            + JSONText.stringLength(details.description) + details.meta.text.utf8.count
    }

    /// The same tool, changed at a date.
    package func changed(at date: Timestamp, _ change: (inout ToolDetails) -> Void) -> Tool {
        var details = details
        change(&details)
        return Tool(
            id: id,
            account: account,
            details: details,
            dateCreated: dateCreated,
            dateUpdated: max(dateCreated, date)
        )
    }
}
