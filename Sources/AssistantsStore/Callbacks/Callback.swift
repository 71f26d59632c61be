/// A report of a reply that has not been delivered: it is to be tried, or was given up.
package struct Callback: Sendable {
    package let number: Int64
    package let account: AccountSID
    package let content: NewCallback
    /// How often it was tried, the present attempt included.
    package let attempts: Int
    package let isFailed: Bool
    /// Why the last attempt failed.
    package let lastError: String?
    /// When it was made, or last resent.
    package let dateCreated: Timestamp

    package init(
        number: Int64,
        account: AccountSID,
        content: NewCallback,
        attempts: Int,
        isFailed: Bool,
        lastError: String?,
        dateCreated: Timestamp
    ) {
        self.number = number
        self.account = account
        self.content = content
        self.attempts = attempts
        self.isFailed = isFailed
        self.lastError = lastError
        self.dateCreated = dateCreated
    }
}
