import AssistantsStore
import GRDB

/// The statement that adds messages.
struct MessageStatements: ~Copyable {
    private var insert: PreparedStatement

    init(on connection: SQLiteConnection) throws {
        insert = try PreparedStatement(
            ChecksummedTable.message.insertion(of: [
                "key", "id", "assistant_id", "identity", "role", "content", "meta", "date_created", "date_updated",
            ]),
            on: connection
        )
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
}

extension Database {
    /// A session's message of this id; `nil` where it has none.
    /// - Parameter sessionID: that of `session`.
    func message(
        _ id: MessageID,
        of session: SessionNumber,
        sessionID: SessionID
    ) throws -> (key: MessageKey, message: Message)? {
        let row = try Row.fetchOne(
            cachedStatement(
                sql: "SELECT \(ChecksummedTable.message.verifiableColumns) FROM message WHERE key >> 32 = ? AND id = ?"
            ),
            arguments: [session.value, id.text]
        )
        return try row.map { try message($0, sessionID: sessionID) }
    }

    /// The last message of a session; `nil` where it has none.
    func lastMessage(
        of session: SessionRow,
        upTo lastPosition: Int64
    ) throws -> (key: MessageKey, message: Message)? {
        let row = try Row.fetchOne(
            cachedStatement(sql: Self.lastMessage),
            arguments: [
                MessageKey(session.number, position: 0).value,
                MessageKey(session.number, position: lastPosition).value,
            ]
        )
        return try row.map { try message($0, sessionID: session.session.id) }
    }

    /// Values: the keys behind which, and up to which, the message is.
    static let lastMessage = """
        SELECT \(ChecksummedTable.message.verifiableColumns) FROM message WHERE key > ? AND key <= ? ORDER BY key DESC LIMIT 1
        """

    /// Of a row of `message` with `verifiableColumns`.
    private func message(_ row: Row, sessionID: SessionID) throws -> (key: MessageKey, message: Message) {
        let id: String = try row.value("id")
        guard try row.value("is_intact"), let role = MessageRole(rawValue: try row.value("role")) else {
            throw DatabaseError.damagedMessage(id, of: sessionID.text)
        }
        let message = try Message(
            id: MessageID(unchecked: id),
            sessionID: sessionID,
            assistantID: AssistantID(unchecked: row.value("assistant_id")),
            identity: row.value("identity"),
            role: role,
            content: JSONObject(unchecked: row.value("content")),
            meta: JSONObject(unchecked: row.value("meta")),
            dateCreated: Timestamp(microseconds: row.value("date_created")),
            dateUpdated: Timestamp(microseconds: row.value("date_updated"))
        )
        return (MessageKey(try row.value("key")), message)
    }
}
