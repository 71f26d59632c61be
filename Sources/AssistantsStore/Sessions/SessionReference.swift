/// What a caller calls a session by: its id or its name.
package struct SessionReference: Sendable {
    /// The id that is exactly what the caller wrote; `nil` where no session can have such a name.
    package let exactID: SessionID?
    private let isID: Bool

    /// What the caller wrote; `nil` where no session can have such a name.
    package var name: String? { exactID?.text }

    /// This session and no other.
    package init(exactly id: SessionID) {
        exactID = id
        isID = true
    }

    package init(_ text: String) {
        exactID = SessionID(text)
        isID = SessionID.hasPrefix(text)
    }

    /// The ids that it could mean, nearest first; none where no session can have such a name.
    ///
    /// An exact id wins, then `webhook:`, then `voice:`. A name that already has a prefix is an id.
    package var candidates: Candidates { Candidates(exactID: exactID, prefixes: isID ? [] : SessionID.prefixes[...]) }

    /// Made one by one: mostly the first is right.
    package struct Candidates: Sequence, IteratorProtocol {
        fileprivate let exactID: SessionID?
        fileprivate var prefixes: ArraySlice<String>
        private var isFirst = true

        fileprivate init(exactID: SessionID?, prefixes: ArraySlice<String>) {
            self.exactID = exactID
            self.prefixes = prefixes
        }

        package mutating func next() -> SessionID? {
            guard let exactID else { return nil }
            if isFirst {
                isFirst = false
                return exactID
            }
            while let prefix = prefixes.popFirst() {
                if let id = SessionID(prefix + exactID.text) { return id }
            }
            return nil
        }
    }
}
