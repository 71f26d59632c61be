import GRDB

extension Database {
    /// How many messages a row of `session` has up to its last position.
    private static let messageCount = """
        (
            SELECT count(*) FROM message
            WHERE key > session.number << 32 AND key <= session.number << 32 | session.last_position
        )
        """
    /// The sessions that lack messages which nobody has deleted.
    static let sessionsWithLosses = "SELECT count(*) FROM session WHERE last_position - deletions <> \(messageCount)"

    /// Takes every place of a session that has no message for one whose message was deleted.
    func countDeletions() throws {
        try execute(sql: "UPDATE session SET deletions = last_position - \(Self.messageCount)")
    }
}
