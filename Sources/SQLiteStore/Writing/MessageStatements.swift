import AssistantsStore
import GRDB

/// The statements on `message` that appending needs.
struct MessageStatements: ~Copyable {
    private var insert: PreparedStatement
    private var find: PreparedStatement

    init(on connection: SQLiteConnection) throws {
        let insert = try PreparedStatement(
            ChecksummedTable.message.insertion(of: [
                "key", "id", "assistant_id", "identity", "role", "content", "meta", "date_created", "date_updated",
            ]),
            on: connection
        )
        let find = try PreparedStatement(
            """
            SELECT assistant_id, identity, role, content, meta, date_created, date_updated,
                \(ChecksummedTable.message.isIntact)
            FROM message WHERE key >> 32 = ? AND id = ?
            """,
            on: connection
        )
        self.insert = insert
        self.find = find
    }

    /// `false` where the session has a message of this id already.
    mutating func insert(_ message: Message, at key: MessageKey) throws -> Bool {
        try insert.bind(key.value, at: 1)
        try insert.bind(message.id.text, at: 2)
        try insert.bind(message.assistantID.text, at: 3)
        try insert.bind(message.identity, at: 4)
        try insert.bind(message.role.rawValue, at: 5)
        try insert.bind(message.content.text, at: 6)
        try insert.bind(message.meta.text, at: 7)
        try insert.bind(message.dateCreated.microseconds, at: 8)
        try insert.bind(message.dateUpdated.microseconds, at: 9)
        do {
            try insert.run()
            return true
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
            return false
        }
    }

    /// - Parameter sessionID: that of `session`.
    mutating func find(_ id: MessageID, of session: SessionNumber, sessionID: SessionID) throws -> Message? {
        defer { find.reset() }
        try find.bind(session.value, at: 1)
        try find.bind(id.text, at: 2)
        guard try find.step() else { return nil }
        guard find.integer(7) == 1, let role = MessageRole(rawValue: find.text(2)) else {
            throw DatabaseError.damagedMessage(id.text, of: sessionID.text)
        }
        return Message(
            id: id,
            sessionID: sessionID,
            assistantID: AssistantID(unchecked: find.text(0)),
            identity: find.text(1),
            role: role,
            content: JSONObject(unchecked: find.text(3)),
            meta: JSONObject(unchecked: find.text(4)),
            dateCreated: find.timestamp(5),
            dateUpdated: find.timestamp(6)
        )
    }
}
