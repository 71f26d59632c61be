import AssistantsStore
import Crypto
import Digests

/// Finds a message id that comes twice in one session of the input with different content, as `NewMessage.agrees` judges the second one
/// against the first one stored. But a field that only one of the two has is a difference, except for `meta`, whose default is known.
///
/// Only messages that bring their own ids are remembered, with 43 to 86 bytes each: 32 in a hash table that doubles when it is three
/// quarters full.
struct RepeatedMessages {
    /// What an input had under an id before.
    enum Finding {
        case nothing, sameContent, otherContent
    }

    /// What is remembered of a message.
    fileprivate struct Known {
        /// Of everything that must be the same, dates in whole seconds.
        let hash: UInt64
        /// Of `dateCreated` and `dateUpdated`, in microseconds.
        let fractions: (created: UInt32, updated: UInt32)
    }

    private var known: [UInt128: Known] = [:]

    mutating func insert(_ message: NewMessage) -> Finding {
        let key = Self.key(session: message.sessionID.text, id: message.id.text)
        let new = Known(message)
        guard let first = known[key] else {
            known[key] = new
            return .nothing
        }
        return new.agrees(with: first) ? .sameContent : .otherContent
    }

    /// What tells a message from all others.
    static func key(session: String, id: String) -> UInt128 {
        // No session's id holds a NUL.
        SHA256.hash(data: Array("\(session)\0\(id)".utf8)).first128Bits
    }
}

extension RepeatedMessages.Known {
    init(_ message: NewMessage) {
        var hasher = Hasher()
        Self.combine(message.assistantID?.text, into: &hasher)
        Self.combine(message.identity, into: &hasher)
        Self.combine(message.role.rawValue, into: &hasher)
        Self.combine(message.content.withoutWhiteSpace.text, into: &hasher)
        Self.combine((message.meta ?? .empty).withoutWhiteSpace.text, into: &hasher)
        let created = Self.parts(of: message.dateCreated)
        let updated = Self.parts(of: message.dateUpdated)
        hasher.combine(created.seconds)
        hasher.combine(updated.seconds)
        hash = UInt64(bitPattern: Int64(hasher.finalize()))
        fractions = (created.fraction, updated.fraction)
    }

    func agrees(with first: Self) -> Bool {
        // A date in whole seconds is what the API shows for any date in that second.
        func agrees(_ fraction: UInt32, _ first: UInt32) -> Bool { fraction == 0 || fraction == first }
        return hash == first.hash && agrees(fractions.created, first.fractions.created)
            && agrees(fractions.updated, first.fractions.updated)
    }

    /// Its bytes: Strings have the same hash if they are canonically equivalent.
    private static func combine(_ text: String?, into hasher: inout Hasher) {
        hasher.combine(text?.utf8.count)
        guard var text else { return }
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    private static func parts(of date: Timestamp?) -> (seconds: Int64?, fraction: UInt32) {
        guard let microseconds = date?.microseconds else { return (nil, 0) }
        let (seconds, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return fraction < 0 ? (seconds - 1, UInt32(fraction + 1_000_000)) : (seconds, UInt32(fraction))
    }
}
