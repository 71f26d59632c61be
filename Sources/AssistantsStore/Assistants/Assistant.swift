/// Who answers in a session: a name, and what its model is told.
package struct Assistant: Sendable {
    package let id: AssistantID
    package let account: AccountSID
    package let details: AssistantDetails
    package let dateCreated: Timestamp
    package let dateUpdated: Timestamp

    package init(
        id: AssistantID,
        account: AccountSID,
        details: AssistantDetails,
        dateCreated: Timestamp,
        dateUpdated: Timestamp
    ) {
        self.id = id
        self.account = account
        self.details = details
        self.dateCreated = dateCreated
        self.dateUpdated = dateUpdated
    }

    /// One that is made at a date, under an id of its own.
    package init(_ details: AssistantDetails, in account: AccountSID, at date: Timestamp = .now) {
        self.init(id: .unique(at: date), account: account, details: details, dateCreated: date, dateUpdated: date)
    }
}

/// What can be said of an assistant, and changed.
package struct AssistantDetails: Equatable, Sendable {
    package var name: String
    package var owner = ""
    /// What the model is told first of all.
    package var personalityPrompt = ""
    /// The model that is asked in place of the server's; empty where it is the server's.
    package var model = ""
    package var isPerceptionEngineEnabled = false
    package var isPersonalizationEngineEnabled = false
    /// Stored for callers that set it and never shown, encrypted by AES-GCM with a key that is not in the database.
    package var sealedSegmentCredential: [UInt8]?

    package init(name: String) {
        self.name = name
    }
}

/// A position in an account's list of assistants, which is in order of creation.
package struct AssistantCursor: Hashable, Sendable {
    /// The number that the store gave the assistant when it was created; it only grows.
    package let number: Int64

    package init(number: Int64) {
        self.number = number
    }
}

extension AssistantCursor: KeysetCursor {
    package static let kind: UInt8 = 3
    package static let columns = ["number"]

    package var values: [Int64] { [number] }

    package init(values: [Int64]) {
        self.init(number: values[0])
    }
}
