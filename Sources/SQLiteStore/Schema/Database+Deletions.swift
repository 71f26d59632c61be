import GRDB

extension Database {
    /// How many messages a row of `session` has up to its last position.
    private static let messageCount = """
        (
            SELECT count(*) FROM message
            WHERE key > session.number << 32 AND key <= session.number << 32 | session.last_position
        )
        """
    /// A query that counts the sessions that lack messages which nobody has deleted, and what that is called.
    static let losses = (
        query: "SELECT count(*) FROM session WHERE last_position - deletions <> \(messageCount)",
        name: "sessions have not all of their messages"
    )

    /// Counts every position of a session without a message as a deletion.
    func countDeletions() throws {
        try execute(
            sql: """
                \(ChecksummedTable.session.update(["deletions": "last_position - \(Self.messageCount)"]))
                WHERE last_position <> \(Self.messageCount) AND \(ChecksummedTable.session.isIntact)
                """
        )
    }
}
