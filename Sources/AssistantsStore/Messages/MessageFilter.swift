/// Which of a session's messages a list has. None of what it asks for can change, so a message that does not match never will.
package struct MessageFilter: Equatable, Sendable {
    /// Matches any of these; empty for all.
    package var roles: Set<MessageRole>
    package var identity: String?
    package var created: DateRange

    package init(roles: Set<MessageRole> = [], identity: String? = nil, created: DateRange = DateRange()) {
        self.roles = roles
        self.identity = identity
        self.created = created
    }

    package func matches(_ row: borrowing MessageRow) -> Bool {
        guard created.contains(row.dateCreated) else { return false }
        let (role, identity) = (row.role, row.identity)
        return (roles.isEmpty || roles.contains { role.isEqual(to: $0.rawValue) })
            && (self.identity.map { identity.isEqual(to: $0) } ?? true)
    }
}

extension RawSpan {
    fileprivate func isEqual(to text: String) -> Bool {
        // Many differ in length, which is known before the bytes are.
        byteCount == text.utf8.count && withUnsafeBytes { $0.elementsEqual(text.utf8) }
    }
}
