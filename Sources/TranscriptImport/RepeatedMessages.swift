import AssistantsStore
import Crypto
import Digests

/// Finds a message id that comes twice in one session of the input with different content. Only lines that bring their
/// own ids are kept in mind, with 24 bytes each.
struct RepeatedMessages {
    /// What an input had under an id before.
    enum Finding {
        case nothing, sameContent, otherContent
    }

    private var contents: [UInt128: UInt64] = [:]

    mutating func insert(_ message: NewMessage) -> Finding {
        let key = SHA256.hash(data: Array("\(message.sessionID)\0\(message.id)".utf8)).first128Bits
        var hasher = Hasher()
        hasher.combine(message.assistantID)
        hasher.combine(message.identity)
        hasher.combine(message.role)
        hasher.combine(message.content)
        hasher.combine(message.meta)
        hasher.combine(message.dateCreated)
        hasher.combine(message.dateUpdated)
        let content = UInt64(bitPattern: Int64(hasher.finalize()))
        guard let known = contents[key] else {
            contents[key] = content
            return .nothing
        }
        return known == content ? .sameContent : .otherContent
    }
}
