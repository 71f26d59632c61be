/// Attaches a tool to an assistant.
package struct ToolAttachment: Equatable, Sendable {
    /// How many tools an assistant has at most: no model server that is known takes more functions.
    package static let maximumCount = 128

    package let account: AccountSID
    package let assistant: AssistantID
    package let tool: ToolID
    package let dateCreated: Timestamp

    package init(of tool: ToolID, to assistant: AssistantID, in account: AccountSID, at date: Timestamp) {
        self.account = account
        self.assistant = assistant
        self.tool = tool
        dateCreated = date
    }
}

/// Which tool is attached to which assistant: one of each pair.
package struct ToolAttachmentID: Identifier {
    package let text: String

    package init(_ tool: ToolID, _ assistant: AssistantID) {
        // An account's tools have ids that were made here, without spaces.
        text = "\(tool) \(assistant)"
    }
}

/// A position in an assistant's list of tools, which is in the order in which they were attached.
package struct ToolAttachmentCursor: KeysetCursor {
    package static let kind: UInt8 = 7
    package static let columns = ["number"]

    package let values: [Int64]

    package init(values: [Int64]) {
        self.values = values
    }
}

extension ToolAttachment: AttachmentRow {
    package typealias Cursor = ToolAttachmentCursor
    package typealias Item = Tool

    package static let table = StoredTable.toolAttachment

    static let columns: [Column] = [
        .text("account_sid"), .text("id"), .number, .text("assistant_id"), .text("tool_id"),
        .integer("date_created"),
    ]

    package var id: ToolAttachmentID { ToolAttachmentID(tool, assistant) }
    package var itemID: ToolID { tool }
    package var pageLength: Int { id.text.utf8.count }

    package var values: [StoredValue] {
        [
            StoredValue(account), StoredValue(id), StoredValue(assistant), StoredValue(tool),
            StoredValue(dateCreated),
        ]
    }

    package init(_ row: inout RowReader) throws {
        let account = AccountSID(unchecked: try row.text())
        _ = try row.text()
        _ = try row.integer()
        let assistant = AssistantID(unchecked: try row.text())
        self.init(
            of: ToolID(unchecked: try row.text()),
            to: assistant,
            in: account,
            at: try row.timestamp()
        )
    }
}
