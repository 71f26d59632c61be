/// A place in an account's list of sessions, which is in order of creation, then of number.
package struct SessionCursor: Hashable, Sendable {
    package let dateCreated: Timestamp
    package let number: SessionNumber

    package init(dateCreated: Timestamp, number: SessionNumber) {
        self.dateCreated = dateCreated
        self.number = number
    }
}
