import AssistantsStore
import Crypto
import Digests

/// Finds a message id that comes twice in one session of the input with different content. Only lines that bring their
/// own ids are kept in mind, with 24 bytes each.
struct RepeatedMessages {
    private var contents: [UInt128: UInt64] = [:]

    /// `false` where the id was there before with other content.
    mutating func insert(_ message: NewMessage) -> Bool {
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
            return true
        }
        return known == content
    }
}
