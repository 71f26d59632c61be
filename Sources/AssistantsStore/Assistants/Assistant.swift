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
