import AssistantsAPI
import AssistantsStore
import Crypto
import Digests

/// Makes messages of lines. A line without an id gets one derived from the account, the session, the line's index among
/// that session's lines, and its bytes: the same input gives the same ids.
struct LineDecoder {
    /// In bytes. It is the limit of the API's bodies, so that no export has a longer line than an import reads.
    private static let maximumObjectLength = 1 << 20

    private let account: AccountSID
    private let numbers: JSONScanner.Numbers
    private var linesOfSession: [SessionID: UInt64] = [:]

    init(account: AccountSID, numbers: JSONScanner.Numbers) {
        self.account = account
        self.numbers = numbers
    }

    /// How many sessions there were lines of.
    var sessionCount: Int { linesOfSession.count }

    /// - Parameter isOfPage: whether it is a message of a saved page. White space between the tokens of its `content` and `meta` is dropped,
    ///   because the program that saved it may have laid it out.
    /// - Returns: the message, and whether its id is the line's own.
    mutating func message(
        of line: [UInt8],
        isOfPage: Bool = false
    ) throws(InvalidObject) -> (NewMessage, bringsID: Bool) {
        let message = try IncomingMessage(json: line, allowed: MessageField.allCases, numbers: numbers)
        guard let sessionID = message.sessionID else { throw InvalidObject("has no \"session_id\"") }
        guard let role = message.role else { throw InvalidObject("has no \"role\"") }
        guard var content = message.content else { throw InvalidObject("has no \"content\"") }
        var (meta, dateUpdated) = (message.meta, message.dateUpdated)
        if isOfPage {
            (content, meta) = (content.withoutWhiteSpace, meta?.withoutWhiteSpace)
            dateUpdated = dateUpdated.map { NewMessage.dateUpdated($0, notBefore: message.dateCreated ?? $0) }
        }
        for (name, object) in [("content", content), ("meta", meta ?? .empty)]
        where object.text.utf8.count > Self.maximumObjectLength {
            throw InvalidObject("has a \"\(name)\" of more than \(Self.maximumObjectLength) bytes")
        }
        if let created = message.dateCreated, let updated = dateUpdated, updated < created {
            throw InvalidObject("has a \"date_updated\" before its \"date_created\": correct one, or leave it out")
        }
        let ordinal = linesOfSession[sessionID, default: 0]
        linesOfSession[sessionID] = ordinal + 1
        let new = NewMessage(
            id: message.id ?? derivedID(sessionID, ordinal, line),
            sessionID: sessionID,
            assistantID: message.assistantID,
            identity: message.identity,
            role: role,
            content: content,
            meta: meta,
            dateCreated: message.dateCreated,
            dateUpdated: dateUpdated
        )
        return (new, bringsID: message.id != nil)
    }

    private func derivedID(_ session: SessionID, _ ordinal: UInt64, _ line: [UInt8]) -> MessageID {
        var hash = SHA256()
        // A SID has a fixed length, and no session's id holds a NUL: the parts cannot run into each other.
        hash.update(data: Array(account.text.utf8))
        hash.update(data: Array(session.text.utf8) + [0])
        hash.update(data: withUnsafeBytes(of: ordinal.bigEndian) { Array($0) })
        hash.update(data: line)
        let bits = Self.version8(hash.finalize().first128Bits)
        return MessageID(unchecked: MessageID.prefix + UUIDText.lowercase(bits))
    }

    /// A UUID of the version for bits of one's own making (RFC 9562, section 5.8).
    private static func version8(_ bits: UInt128) -> UInt128 {
        let version: UInt128 = 0xF << 76
        let variant: UInt128 = 0b11 << 62
        let free = bits & ~(version | variant)
        return free | (0x8 as UInt128) << 76 | (0b10 as UInt128) << 62
    }
}
