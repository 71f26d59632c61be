import AssistantsStore
import TestSupport
import Testing

/// Random writes to some sessions, and walks through random lists of these, against the same lists made of an array.
struct SessionListRun {
    private struct Known {
        let id: String
        let identity: String
        let assistantID: AssistantID
        let dateCreated: Timestamp
        var dateUpdated: Timestamp
        /// The last one is the last message; `nil` where it was deleted.
        var messages: [String?] = []
        /// What the store says.
        var lastActivity = Timestamp(microseconds: 0)
        /// The number of the last write to it.
        var lastWrite = 0
        /// The number of the write that made it.
        let number: Int
    }

    private let fixture: Fixture
    private var random: SeededGenerator
    private var sessions: [Known] = []
    private var writes = 0

    init(_ fixture: Fixture, seed: UInt64) {
        self.fixture = fixture
        random = SeededGenerator(seed: seed)
    }

    mutating func compare() async throws {
        for _ in 0..<Int.random(in: 0...60, using: &random) {
            try await write()
            if Int.random(in: 0..<30, using: &random) == 0 { try await fixture.store.collectGarbage() }
        }
        try await readActivities()
        for _ in 0..<8 {
            let filter = randomFilter()
            try await walk(SessionCreationCursor.self, filter) {
                ($0.dateCreated, $0.number) < ($1.dateCreated, $1.number)
            }
            // Ties have the order of creation.
            try await walk(SessionActivityCursor.self, filter) { $0.lastWrite < $1.lastWrite }
        }
    }

    // MARK: Writing

    private mutating func write() async throws {
        writes += 1
        let index = sessions.indices.randomElement(using: &random)
        guard let index, Int.random(in: 0..<3, using: &random) > 0 else { return try await create() }
        let session = SessionReference(sessions[index].id)
        let place = sessions[index].messages.indices.filter { sessions[index].messages[$0] != nil }
            .randomElement(using: &random)
        let message = place.flatMap { sessions[index].messages[$0] }.map { MessageID(unchecked: $0) }
        switch (Int.random(in: 0..<5, using: &random), message) {
        case (0, _):
            try await fixture.store.delete(session, in: fixture.account)
            sessions.remove(at: index)
            return
        case (1, let message?):
            let date = Timestamp(microseconds: .random(in: 0...20, using: &random))
            _ = try await fixture.store.update(
                message,
                of: session,
                in: fixture.account,
                with: MessageChanges(meta: try JSONObject(#"{"n":\#(writes)}"#)),
                at: date
            )
            let updated = max(date, sessions[index].dateCreated)
            sessions[index].dateUpdated = max(sessions[index].dateUpdated, updated)
        case (2, let message?):
            try await fixture.store.delete(message, of: session, in: fixture.account)
            if let place { sessions[index].messages[place] = nil }
        default:
            try await put("m\(writes)", in: &sessions[index])
        }
        sessions[index].lastWrite = writes
    }

    private mutating func create() async throws {
        let date = Timestamp(microseconds: .random(in: 0...9, using: &random))
        var session = Known(
            id: "s\(writes)",
            identity: "user_id:\(["a", "e\u{301}", "\u{E9}"].randomElement(using: &random) ?? "")",
            assistantID: AssistantID(unchecked: "aia_asst_\(Int.random(in: 0...1, using: &random))"),
            dateCreated: date,
            dateUpdated: date,
            number: writes
        )
        try await put("m\(writes)", in: &session)
        session.lastWrite = writes
        sessions.append(session)
    }

    private func put(_ id: String, in session: inout Known) async throws {
        try await fixture.put([
            NewMessage(
                id: MessageID(unchecked: id),
                sessionID: SessionID(unchecked: session.id),
                assistantID: session.assistantID,
                identity: session.identity,
                role: .user,
                content: .empty,
                dateCreated: session.dateCreated
            )
        ])
        session.messages.append(id)
    }

    /// The store's clock decides them, so only their order is known before.
    private mutating func readActivities() async throws {
        let request = SessionPageRequest<SessionCreationCursor>(
            of: fixture.account,
            page: PageRequest(.first, size: 1_000),
            includesSummaries: true
        )
        for item in try await fixture.store.matchingSessions(request).items {
            guard let index = sessions.firstIndex(where: { $0.id == item.session.id.text }) else { continue }
            sessions[index].lastActivity = try #require(item.summary).lastActivity
        }
        let inOrder = sessions.sorted { $0.lastWrite < $1.lastWrite }
        #expect(zip(inOrder, inOrder.dropFirst()).allSatisfy { $0.lastActivity < $1.lastActivity })
        // Not the dates that callers gave.
        #expect(sessions.allSatisfy { $0.lastActivity > Timestamp(microseconds: 1_000_000_000_000_000) })
    }

    // MARK: Lists

    private mutating func randomFilter() -> SessionFilter? {
        var filter = SessionFilter()
        func range(_ values: [Timestamp], using random: inout SeededGenerator) -> DateRange {
            guard Int.random(in: 0..<3, using: &random) == 0 else { return DateRange() }
            return DateRange(
                from: Bool.random(using: &random) ? values.randomElement(using: &random) : nil,
                before: Bool.random(using: &random) ? values.randomElement(using: &random) : nil
            )
        }
        filter.created = range(sessions.map(\.dateCreated), using: &random)
        filter.updated = range(sessions.map(\.dateUpdated), using: &random)
        filter.active = range(sessions.map(\.lastActivity), using: &random)
        if Int.random(in: 0..<4, using: &random) == 0 { filter.identity = "user_id:\u{E9}" }
        if Int.random(in: 0..<4, using: &random) == 0 { filter.assistantID = AssistantID(unchecked: "aia_asst_1") }
        return filter == SessionFilter() && Bool.random(using: &random) ? nil : filter
    }

    private func matches(_ session: Known, _ filter: SessionFilter?) -> Bool {
        guard let filter else { return true }
        func isWithin(_ date: Timestamp, _ range: DateRange) -> Bool {
            range.start.map { date >= $0 } ?? true && range.end.map { date < $0 } ?? true
        }
        return (filter.identity.map { Array($0.utf8) == Array(session.identity.utf8) } ?? true)
            && (filter.assistantID.map { $0.text == session.assistantID.text } ?? true)
            && isWithin(session.dateCreated, filter.created) && isWithin(session.dateUpdated, filter.updated)
            && isWithin(session.lastActivity, filter.active)
    }

    /// To the end and back.
    private mutating func walk<Cursor: SessionCursor>(
        _ cursor: Cursor.Type,
        _ filter: SessionFilter?,
        by isBefore: (Known, Known) -> Bool
    ) async throws {
        let order: ListOrder = Bool.random(using: &random) ? .ascending : .descending
        let scan = ScanBudget.random(using: &random)
        let size = Int.random(in: 1...8, using: &random)
        let first = SessionPageRequest<Cursor>(
            of: fixture.account,
            page: PageRequest(.first, in: order, size: size, scan: scan),
            matching: filter,
            includesSummaries: Bool.random(using: &random)
        )
        let ascending = sessions.filter { matches($0, filter) }.sorted(by: isBefore)
        let expected = order == .ascending ? ascending : ascending.reversed()
        let (forward, last) = try await walk(first) { $0.next.map { .after($0) } }
        try expect(forward, expected, first)
        let (backward, _) = try await walk(last) { $0.previous.map { .before($0) } }
        try expect(backward.reversed(), expected, first)
    }

    private func expect<Cursor>(
        _ pages: [[ListedSession]],
        _ expected: [Known],
        _ request: SessionPageRequest<Cursor>
    ) throws {
        let items = pages.flatMap(\.self)
        let what: Comment = "\(request)"
        try #require(items.map(\.session.id.text) == expected.map(\.id), what)
        for (item, known) in zip(items, expected) {
            #expect(item.session.dateUpdated == known.dateUpdated, what)
            #expect((item.summary != nil) == request.includesSummaries, what)
            guard let summary = item.summary else { continue }
            let messages = known.messages.compactMap(\.self)
            #expect(summary.messageCount == messages.count, what)
            #expect(summary.lastMessage?.id.text == messages.last, what)
            #expect(summary.lastActivity == known.lastActivity, what)
        }
    }

    /// - Returns: also the request of the last page.
    private func walk<Cursor>(
        _ first: SessionPageRequest<Cursor>,
        _ next: (PageNeighbors<Cursor>) -> PageRequest<Cursor>.Anchor?
    ) async throws -> (pages: [[ListedSession]], last: SessionPageRequest<Cursor>) {
        var request = first
        var pages: [[ListedSession]] = []
        var examined = 0
        while true {
            let page = try await fixture.store.matchingSessions(request)
            pages.append(page.items)
            #expect(page.items.count <= first.page.size)
            guard let anchor = next(page.neighbors) else { return (pages, request) }
            let isReadBackward = request.page.isReadBackward
            request.page.anchor = anchor
            // A page is empty only where as much was examined as may be. The last one has nothing behind it.
            if page.items.isEmpty, request.page.isReadBackward == isReadBackward { examined += first.page.scan.items }
            #expect(examined <= sessions.count, "\(first)")
        }
    }
}
