import GRDB

extension Database {
    /// Notes of every session whether there are messages at all of its places.
    func findGaps() throws {
        try execute(
            sql: """
                UPDATE session SET has_gaps = last_position <> (
                    SELECT count(*) FROM message
                    WHERE key > session.number << 32 AND key <= session.number << 32 | \(MessageKey.maximumPosition)
                )
                """
        )
    }
}
