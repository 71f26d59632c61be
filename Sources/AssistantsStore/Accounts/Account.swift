/// Whose sessions and messages these are; what credentials stand for.
package struct Account: Sendable {
    package let sid: AccountSID
    /// What people call it; may be empty.
    package let name: String
    package let dateCreated: Timestamp

    package init(sid: AccountSID, name: String, dateCreated: Timestamp) {
        self.sid = sid
        self.name = name
        self.dateCreated = dateCreated
    }
}
