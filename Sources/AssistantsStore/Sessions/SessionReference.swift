/// What a caller calls a session by: its id or its name.
package struct SessionReference: Sendable {
    /// The ids that it could mean, nearest first; none where no session can have such a name.
    ///
    /// An exact id wins, then `webhook:`, then `voice:`. A name that already has a prefix is an id.
    package let candidates: [SessionID]

    /// What the caller wrote; `nil` where no session can have such a name.
    package var name: String? { candidates.first?.text }

    /// This session and no other.
    package init(exactly id: SessionID) {
        candidates = [id]
    }

    package init(_ text: String) {
        guard let exact = SessionID(text) else {
            candidates = []
            return
        }
        if SessionID.hasPrefix(text) {
            candidates = [exact]
        } else {
            candidates = [exact] + SessionID.prefixes.compactMap { SessionID($0 + text) }
        }
    }
}
