import AssistantsStore
import GRDB

/// A row of `turn`.
struct TurnRow: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "turn"

    /// The first of their sessions that a worker may begin, in the order of their arrival.
    static let ready = """
        SELECT * FROM turn
        WHERE (lease_end <= ? OR (worker = ? AND begun = 0))
            AND NOT EXISTS (
                SELECT 1 FROM turn AS earlier
                WHERE earlier.session_number = turn.session_number AND earlier.number < turn.number
            )
        ORDER BY number LIMIT ?
        """

    /// `nil` until it is inserted.
    private(set) var number: Int64?
    let id: String
    let accountSID: String
    let sessionNumber: Int64
    let sessionID: String
    let assistantID: String
    let identity: String
    let mode: String
    let webhook: String?
    let idempotencyKey: String?
    /// The user's message until it is stored.
    var content: String?
    /// The place of the user's message in its session.
    var position: Int64?
    var worker: String
    var begun: Bool
    var leaseEnd: Int64

    enum CodingKeys: String, CodingKey {
        case number, id
        case accountSID = "account_sid"
        case sessionNumber = "session_number"
        case sessionID = "session_id"
        case assistantID = "assistant_id"
        case identity, mode, webhook
        case idempotencyKey = "idempotency_key"
        case content, position, worker, begun
        case leaseEnd = "lease_end"
    }

    /// The row of a turn that has not begun.
    /// - Parameter position: of the turn's message; `nil` where that waits.
    init(
        _ turn: NewTurn,
        of account: AccountSID,
        in session: (number: SessionNumber, id: SessionID),
        position: Int64?,
        by worker: WorkerID,
        idempotencyKey: String?
    ) {
        id = turn.id.text
        accountSID = account.text
        sessionNumber = session.number.value
        sessionID = session.id.text
        assistantID = turn.assistantID.text
        identity = turn.identity
        mode = turn.mode.rawValue
        webhook = turn.webhook
        self.idempotencyKey = idempotencyKey
        content = position == nil ? turn.content.text : nil
        self.position = position
        self.worker = worker.text
        begun = false
        leaseEnd = turn.date.microseconds + Turn.lease
    }

    static func ready(for worker: WorkerID, limit: Int, at now: Timestamp, _ db: Database) throws -> [TurnRow] {
        try fetchAll(db, sql: ready, arguments: [now.microseconds, worker.text, limit])
    }

    var session: SessionReference { SessionReference(exactly: SessionID(unchecked: sessionID)) }
    var account: AccountSID { AccountSID(unchecked: accountSID) }

    /// The draft of a message of this turn.
    func draft(_ role: MessageRole, _ content: JSONObject, meta: JSONObject? = nil) -> MessageDraft {
        MessageDraft(
            role: role,
            content: content,
            meta: meta,
            identity: identity,
            assistantID: AssistantID(unchecked: assistantID)
        )
    }

    var turn: Turn {
        get throws {
            guard let mode = SendMode(rawValue: mode) else {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a turn has an unknown mode")
            }
            return Turn(
                id: TurnID(unchecked: id),
                account: account,
                assistantID: AssistantID(unchecked: assistantID),
                sessionID: SessionID(unchecked: sessionID),
                identity: identity,
                mode: mode,
                webhook: webhook,
                message: position.map { MessageCursor(session: SessionNumber(sessionNumber), position: $0) }
            )
        }
    }
}
