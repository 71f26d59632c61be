import AssistantsStore

/// Finds new messages on saved pages that come before one that their session already has: they would be stored after it.
struct LateMessages {
    private let store: any Store
    private let account: AccountSID
    /// Of the pages that were read last.
    private var session: SessionID?
    /// The first new message of `session`.
    private var firstNew: MessageBatches.PlacedMessage?
    /// Whether a message of `session` was found.
    private var isReported = false

    init(store: any Store, account: AccountSID) {
        self.store = store
        self.account = account
    }

    /// Finds the first one of each session.
    /// - Parameters:
    ///   - messages: the next ones of the input, those of a session in their order.
    ///   - arePresent: whether the store has any of them.
    /// - Throws: `StoreError`.
    mutating func find(in messages: [MessageBatches.PlacedMessage], arePresent: Bool) async throws -> [BadMessage] {
        var found: [BadMessage] = []
        // Lines are appended in their order.
        var rest = messages.filter { $0.place.messageOfPage != nil }[...]
        while let first = rest.first {
            let run = rest.prefix { $0.message.sessionID == first.message.sessionID }
            rest = rest.dropFirst(run.count)
            if session != first.message.sessionID {
                (session, firstNew, isReported) = (first.message.sessionID, nil, false)
            }
            let present = arePresent ? try await countPresent(run) : 0
            if firstNew == nil { firstNew = try await new(in: run, present: present) }
            guard let new = firstNew, !isReported else { continue }
            // All of these are present, so any further one comes after the new one.
            let before = run.prefix { $0.place.index < new.place.index }
            if present > before.count {
                found.append(BadMessage(place: new.place, reason: Self.reason))
                isReported = true
            }
        }
        return found
    }

    /// - Returns: the first new message; `nil` where all are present.
    private func new(
        in run: ArraySlice<MessageBatches.PlacedMessage>,
        present: Int
    ) async throws -> MessageBatches.PlacedMessage? {
        guard present < run.count else { return nil }
        // Nearly always, those that are present come first.
        if try await countPresent(run.prefix(present)) == present { return run.dropFirst(present).first }
        var (lower, upper) = (0, present)
        while upper - lower > 1 {
            let middle = (lower + upper) / 2
            if try await countPresent(run.prefix(middle)) == middle { lower = middle } else { upper = middle }
        }
        return run.dropFirst(lower).first
    }

    private func countPresent(_ messages: ArraySlice<MessageBatches.PlacedMessage>) async throws -> Int {
        guard !messages.isEmpty else { return 0 }
        let comparison = try await store.compare(messages.map(\.message), in: account)
        return comparison.alreadyThere + comparison.conflicts.count
    }

    private static let reason = """
        is new, but belongs before a message that its session already has, and would be stored after it. If the pages have all \
        messages of the session, delete the session, then import them with one command
        """
}
