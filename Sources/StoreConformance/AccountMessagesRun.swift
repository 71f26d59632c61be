import AssistantsStore
import TestSupport
import Testing
import TextSearch

/// Random sessions of two accounts, and walks through what matches a random query in those of one, against the same query over an array.
struct AccountMessagesRun {
    fileprivate struct Written {
        let session: String
        let id: MessageID
        let role: MessageRole
        let words: [String]
    }

    private let fixture: Fixture
    private let isSliced: Bool
    private var random: SeededGenerator
    /// In the order in which they were created.
    private var sessions: [String] = []
    /// In the order in which they were accepted.
    private var messages: [Written] = []

    /// - Parameter isSliced: whether some walks may examine only a few messages for each page.
    init(_ fixture: Fixture, seed: UInt64, isSliced: Bool = true) {
        self.fixture = fixture
        self.isSliced = isSliced
        random = SeededGenerator(seed: seed)
    }

    mutating func compare() async throws {
        for _ in 0..<3 {
            try await change()
            for (text, matches) in FilteredRun.queries {
                var filter = MessageFilter(query: try SearchQuery(text))
                if Bool.random(using: &random) { filter.roles = [.tool, .user] }
                let scan = ScanBudget.random(isSliced: isSliced, using: &random)
                let size = Int.random(in: 1...8, using: &random)
                try await walk(PageRequest(.first, in: .descending, size: size, scan: scan), filter, matches)
            }
        }
    }

    /// Adds messages to both accounts, changes some, and deletes some and whole sessions.
    private mutating func change() async throws {
        let neighbor = try await fixture.neighbor()
        for _ in 0..<Int.random(in: 1...40, using: &random) {
            let message = randomMessage()
            let stored = try message.stored
            try await (Int.random(in: 0..<4, using: &random) == 0 ? neighbor : fixture).put([stored])
            try await fixture.put([stored])
            messages.append(message)
            if !sessions.contains(message.session) { sessions.append(message.session) }
        }
        for index in messages.indices.reversed() where Int.random(in: 0..<5, using: &random) == 0 {
            let message = messages.remove(at: index)
            let session = SessionReference(message.session)
            if Bool.random(using: &random) {
                try await fixture.store.delete(message.id, of: session, in: fixture.account)
            } else {
                let changed = Written(
                    session: message.session,
                    id: message.id,
                    role: message.role,
                    words: randomMessage().words
                )
                let changes = MessageChanges(content: try changed.content)
                _ = try await fixture.store.update(
                    message.id,
                    of: session,
                    in: fixture.account,
                    with: changes,
                    at: .now
                )
                messages.insert(changed, at: index)
            }
        }
        if Int.random(in: 0..<3, using: &random) == 0, let session = sessions.randomElement(using: &random) {
            try await fixture.store.delete(SessionReference(session), in: fixture.account)
            sessions.removeAll { $0 == session }
            messages.removeAll { $0.session == session }
        }
    }

    private mutating func randomMessage() -> Written {
        Written(
            session: "s\(Int.random(in: 0..<12, using: &random))",
            id: MessageID(unchecked: "m\(UInt64.random(in: 0 ... .max, using: &random))"),
            role: MessageRole.allCases.randomElement(using: &random) ?? .user,
            words: (0..<Int.random(in: 0...4, using: &random)).map { _ in
                ["a", "b", "abc"].randomElement(using: &random) ?? "a"
            }
        )
    }

    /// To the end and back.
    private func walk(
        _ first: PageRequest<AccountMessageCursor>,
        _ filter: MessageFilter,
        _ matches: ([String]) -> Bool
    ) async throws {
        let expected = sessions.reversed().flatMap { session in
            messages.reversed().filter { message in
                message.session == session && matches(message.words)
                    && (filter.roles.isEmpty || filter.roles.contains(message.role))
            }
        }
        let ids = expected.map { "\($0.session) \($0.id) \($0.words)" }
        let what: Comment = "\(filter), \(first)"
        let (forward, last) = try await walk(first, filter) { $0.next.map { .after($0) } }
        #expect(forward.flatMap(\.self) == ids, what)
        let (backward, _) = try await walk(last, filter) { $0.previous.map { .before($0) } }
        #expect(backward.reversed().flatMap(\.self) == ids, what)
    }

    /// - Returns: also the request of the last page.
    private func walk(
        _ first: PageRequest<AccountMessageCursor>,
        _ filter: MessageFilter,
        _ next: (PageNeighbors<AccountMessageCursor>) -> PageRequest<AccountMessageCursor>.Anchor?
    ) async throws -> (pages: [[String]], last: PageRequest<AccountMessageCursor>) {
        var request = AccountMessagesRequest(of: fixture.account, page: first, matching: filter)
        var pages: [[String]] = []
        while true {
            let page = try await fixture.store.matchingMessages(request)
            pages.append(
                try page.items.map { message in
                    let words = try #require(messages.first { $0.id == message.id }).words
                    #expect(message.content == (try Written.content(of: words)))
                    return "\(message.sessionID) \(message.id) \(words)"
                }
            )
            #expect(page.items.count <= first.size)
            guard let anchor = next(page.neighbors) else { return (pages, request.page) }
            request.page.anchor = anchor
            // Nothing makes a walk endless.
            try #require(pages.count < 10_000)
        }
    }
}

extension AccountMessagesRun.Written {
    fileprivate var content: JSONObject {
        get throws { try Self.content(of: words) }
    }

    fileprivate static func content(of words: [String]) throws -> JSONObject {
        try JSONObject(#"{"a":{"b":[1,"\#(words.joined(separator: " "))"]}}"#)
    }

    fileprivate var stored: NewMessage {
        get throws {
            NewMessage(
                id: id,
                sessionID: SessionID(unchecked: session),
                role: role,
                content: try content,
                dateCreated: Timestamp(microseconds: 1)
            )
        }
    }
}
