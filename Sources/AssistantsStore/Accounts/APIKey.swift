/// A pair of user name and secret that stands for an account and can be revoked by itself.
package struct APIKey: Sendable {
    package let sid: APIKeySID
    package let account: AccountSID
    /// What people call it; may be empty.
    package let name: String
    /// Whether it changes nothing.
    package let isReadOnly: Bool
    package let dateCreated: Timestamp

    package init(
        sid: APIKeySID,
        account: AccountSID,
        name: String,
        isReadOnly: Bool = false,
        dateCreated: Timestamp
    ) {
        self.sid = sid
        self.account = account
        self.name = name
        self.isReadOnly = isReadOnly
        self.dateCreated = dateCreated
    }
}
