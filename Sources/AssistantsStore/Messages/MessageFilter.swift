package import TextSearch

/// Which of a session's messages a list has. Only what `query` asks for can change: an edited message can come to match, and cease to.
package struct MessageFilter: Equatable, Sendable {
    /// Matches any of these; empty for all.
    package var roles: Set<MessageRole>
    package var identity: String?
    package var created: DateRange
    /// What its content must have.
    package var query: SearchQuery?

    package init(
        roles: Set<MessageRole> = [],
        identity: String? = nil,
        created: DateRange = DateRange(),
        query: SearchQuery? = nil
    ) {
        self.roles = roles
        self.identity = identity
        self.created = created
        self.query = query
    }

    package func matches(_ row: borrowing MessageRow) -> Bool {
        guard created.contains(row.dateCreated) else { return false }
        let (role, identity) = (row.role, row.identity)
        return (roles.isEmpty || roles.contains { role.isEqual(to: $0.rawValue) })
            && (self.identity.map { identity.isEqual(to: $0) } ?? true) && isFound(in: row)
    }

    private func isFound(in row: borrowing MessageRow) -> Bool {
        guard let query else { return true }
        return query.matches(row.content)
    }
}

extension RawSpan {
    fileprivate func isEqual(to text: String) -> Bool {
        // Many differ in length, which is known before the bytes are.
        byteCount == text.utf8.count && withUnsafeBytes { $0.elementsEqual(text.utf8) }
    }
}
