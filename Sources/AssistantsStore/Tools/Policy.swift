/// A policy of a tool. Stored and returned; not enforced.
package struct Policy: Equatable, Sendable {
    /// How many a tool has at most: they are shown with it.
    package static let maximumCount = 100

    package let id: PolicyID
    package let account: AccountSID
    package let tool: ToolID
    package let details: PolicyDetails
    package let dateCreated: Timestamp
    package let dateUpdated: Timestamp

    package init(
        id: PolicyID,
        account: AccountSID,
        tool: ToolID,
        details: PolicyDetails,
        dateCreated: Timestamp,
        dateUpdated: Timestamp
    ) {
        self.id = id
        self.account = account
        self.tool = tool
        self.details = details
        self.dateCreated = dateCreated
        self.dateUpdated = dateUpdated
    }

    /// Creates one with a new id.
    package init(_ details: PolicyDetails, of tool: ToolID, in account: AccountSID, at date: Timestamp) {
        self.init(
            id: .unique(at: date),
            account: account,
            tool: tool,
            details: details,
            dateCreated: date,
            dateUpdated: date
        )
    }
}

/// The fields that clients set.
package struct PolicyDetails: Equatable, Sendable {
    package var name = ""
    package var description = ""
    package var type = ""
    /// `policy_details` on the wire.
    package var content: JSONObject

    package init(_ content: JSONObject) {
        self.content = content
    }
}

/// A policy's id: `aia_plcy_` and at least one more character.
package struct PolicyID: PrefixedIdentifier {
    package static let prefix = "aia_plcy_"

    package let text: String

    package init(unchecked text: String) {
        self.text = text
    }
}

/// A position in an account's list of policies, which is in the order of creation.
package struct PolicyCursor: KeysetCursor {
    package static let kind: UInt8 = 8
    package static let columns = ["number"]

    package let values: [Int64]

    package init(values: [Int64]) {
        self.values = values
    }
}

extension Policy: AccountRow {
    package typealias Cursor = PolicyCursor

    package static let table = StoredTable.policy

    static let columns: [Column] = [
        .text("account_sid"), .text("id"), .number, .text("tool_id"), .text("name"), .text("description"),
        .text("type"), .text("details"), .integer("date_created"), .integer("date_updated"),
    ]

    package var values: [StoredValue] {
        [
            StoredValue(account), StoredValue(id), StoredValue(tool), .text(details.name),
            .text(details.description), .text(details.type), .text(details.content.text), StoredValue(dateCreated),
            StoredValue(dateUpdated),
        ]
    }

    package init(_ row: inout RowReader) throws {
        let account = AccountSID(unchecked: try row.text())
        let id = PolicyID(unchecked: try row.text())
        _ = try row.integer()
        let tool = ToolID(unchecked: try row.text())
        let (name, description, type) = (try row.text(), try row.text(), try row.text())
        var details = PolicyDetails(JSONObject(unchecked: try row.text()))
        (details.name, details.description, details.type) = (name, description, type)
        self.init(
            id: id,
            account: account,
            tool: tool,
            details: details,
            dateCreated: try row.timestamp(),
            dateUpdated: try row.timestamp()
        )
    }

    /// An upper bound of what it takes in a page, but for what is the same for every policy.
    package var pageLength: Int {
        JSONText.stringLength(id.text) + JSONText.stringLength(details.name)
            + JSONText.stringLength(details.description) + JSONText.stringLength(details.type)
            + details.content.text.utf8.count
    }

    /// The same policy, changed at a date.
    package func changed(at date: Timestamp, _ change: (inout PolicyDetails) -> Void) -> Policy {
        var details = details
        change(&details)
        return Policy(
            id: id,
            account: account,
            tool: tool,
            details: details,
            dateCreated: dateCreated,
            dateUpdated: max(dateCreated, date)
        )
    }
}
