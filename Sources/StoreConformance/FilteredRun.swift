import AssistantsStore
import TestSupport
import Testing
import TextSearch

/// A random session, and walks through what matches a random filter, against the same filter over an array.
struct FilteredRun {
    private let fixture: Fixture
    private let session: String
    private let isSliced: Bool
    private var random: SeededGenerator
    /// By position, from 1 on; `nil` where one was deleted.
    private var messages: [NewMessage?] = [nil]
    /// The words of each message.
    private var words: [MessageID: [String]] = [:]

    /// Queries, and what they mean for a message's words.
    static let queries: [(text: String, matches: @Sendable ([String]) -> Bool)] = [
        ("a", { $0.contains("a") }), ("a b", { $0.contains("a") && $0.contains("b") }), ("none", { _ in false }),
        ("\"a b\"", { words in zip(words, words.dropFirst()).contains { $0 == ("a", "b") } }),
        ("a -b", { $0.contains("a") && !$0.contains("b") }), ("ab*", { $0.contains { $0.hasPrefix("ab") } }),
    ]

    /// - Parameter isSliced: whether some walks may examine only a few messages for each page.
    init(_ fixture: Fixture, seed: UInt64, isSliced: Bool = true) {
        self.fixture = fixture
        self.isSliced = isSliced
        session = "s\(seed)"
        random = SeededGenerator(seed: seed)
    }

    mutating func compare() async throws {
        try await fill()
        for _ in 0..<12 {
            let filter = try randomFilter()
            let order: ListOrder = Bool.random(using: &random) ? .ascending : .descending
            let scan = ScanBudget.random(isSliced: isSliced, using: &random)
            let size = Int.random(in: 1...8, using: &random)
            let request = PageRequest<MessageCursor>(.first, in: order, size: size, scan: scan)
            try await walk(request, filter)
            try await walkFromAnchor(request, filter)
        }
    }

    private mutating func fill() async throws {
        let count = Int.random(in: 1...80, using: &random)
        // Matches lie together as well as alone.
        var role = MessageRole.user
        for number in 1...count {
            if Int.random(in: 0..<4, using: &random) == 0 {
                role = MessageRole.allCases.randomElement(using: &random) ?? .user
            }
            let id = MessageID(unchecked: "m\(number)")
            words[id] = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                ["a", "b", "abc"].randomElement(using: &random) ?? "a"
            }
            messages.append(
                NewMessage(
                    id: id,
                    sessionID: SessionID(unchecked: session),
                    identity: "user_id:\(Int.random(in: 0...2, using: &random))",
                    role: role,
                    content: try JSONObject(#"{"a":{"b":[1,"\#(words[id, default: []].joined(separator: " "))"]}}"#),
                    dateCreated: Timestamp(microseconds: .random(in: 0...9, using: &random))
                )
            )
        }
        try await fixture.put(messages.compactMap(\.self))
        for position in 1...count where Int.random(in: 0..<5, using: &random) == 0 {
            guard let message = messages[position] else { continue }
            try await fixture.store.delete(message.id, of: SessionReference(session), in: fixture.account)
            messages[position] = nil
        }
    }

    private mutating func randomFilter() throws -> MessageFilter {
        var filter = MessageFilter()
        if Bool.random(using: &random) {
            filter.roles = Set(MessageRole.allCases.shuffled(using: &random).prefix(.random(in: 1...2, using: &random)))
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
            filter.identity = "user_id:\(Int.random(in: 0...3, using: &random))"
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
            filter.created.start = Timestamp(microseconds: .random(in: 0...5, using: &random))
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
            filter.created.end = Timestamp(microseconds: .random(in: 4...9, using: &random))
        }
        if Bool.random(using: &random) {
            filter.query = try SearchQuery(Self.queries.randomElement(using: &random)?.text ?? "a")
        }
        return filter
    }

    /// The positions of what matches, in the order of the list.
    private func positions(_ filter: MessageFilter, in order: ListOrder) -> [Int] {
        let positions = messages.indices.filter { position in
            guard let message = messages[position], let date = message.dateCreated else { return false }
            return (filter.roles.isEmpty || filter.roles.contains(message.role))
                && (filter.identity == nil || filter.identity == message.identity)
                && (filter.query.map { isFound($0, message.id) } ?? true)
                && (filter.created.start.map { date >= $0 } ?? true) && (filter.created.end.map { date < $0 } ?? true)
        }
        return order == .ascending ? positions : positions.reversed()
    }

    private func isFound(_ query: SearchQuery, _ id: MessageID) -> Bool {
        Self.queries.contains { text, matches in
            (try? SearchQuery(text)) == query && matches(words[id, default: []])
        }
    }

    private func ids(_ positions: [Int]) -> [String] { positions.compactMap { messages[$0]?.id.text } }

    /// To the end and back.
    private func walk(_ first: PageRequest<MessageCursor>, _ filter: MessageFilter) async throws {
        let all = ids(positions(filter, in: first.order))
        let what: Comment = "\(session), \(filter), \(first)"
        let (forward, last) = try await walk(first, filter) { $0.next.map { .after($0) } }
        #expect(forward.flatMap(\.self) == all, what)
        let (backward, _) = try await walk(last, filter) { $0.previous.map { .before($0) } }
        #expect(backward.reversed().flatMap(\.self) == all, what)
    }

    /// From a page that is chosen by a message, both ways.
    private mutating func walkFromAnchor(_ first: PageRequest<MessageCursor>, _ filter: MessageFilter) async throws {
        guard let position = messages.indices.filter({ messages[$0] != nil }).randomElement(using: &random),
            let id = messages[position]?.id
        else { return }
        let matches = positions(filter, in: first.order)
        let isBefore = { (other: Int) in first.order == .ascending ? other < position : other > position }
        for place in [MessageAnchor.Place.after, .around, .before] {
            let what: Comment = "\(session), \(filter), \(first), \(place) \(id)"
            let page = try await fixture.page(of: session, first, at: MessageAnchor(place, id), matching: filter)
            var all = [page.texts]
            if let next = page.place.neighbors.next {
                var request = first
                request.anchor = .after(next)
                all += try await walk(request, filter) { $0.next.map { .after($0) } }.pages
            }
            if let previous = page.place.neighbors.previous {
                var request = first
                request.anchor = .before(previous)
                all = try await walk(request, filter) { $0.previous.map { .before($0) } }.pages.reversed() + all
            }
            #expect(all.flatMap(\.self) == ids(matches), what)
            let front = ids(matches.filter(isBefore))
            let behind = ids(matches.filter { !isBefore($0) && $0 != position })
            switch place {
            case .after: #expect(page.texts == Array(behind.prefix(page.texts.count)), what)
            case .before: #expect(page.texts == Array(front.suffix(page.texts.count)), what)
            case .around:
                if matches.contains(position) { #expect(page.texts.contains(id.text), what) }
                let shown = page.texts.filter(front.contains)
                #expect(shown == Array(front.suffix(shown.count)), what)
                // As many as there are, unless they lie beyond half of what may be examined.
                if first.scan.slice > 1_000 { #expect(shown.count == min(front.count, first.size / 2), what) }
            }
        }
    }

    /// - Returns: also the request of the last page.
    private func walk(
        _ first: PageRequest<MessageCursor>,
        _ filter: MessageFilter,
        _ next: (PageNeighbors<MessageCursor>) -> PageRequest<MessageCursor>.Anchor?
    ) async throws -> (pages: [[String]], last: PageRequest<MessageCursor>) {
        var request = first
        var pages: [[String]] = []
        var examined = 0
        while true {
            let page = try await fixture.page(of: session, request, matching: filter)
            pages.append(page.texts)
            #expect(page.texts.count <= first.size)
            #expect(page.place.isReproducible)
            guard let anchor = next(page.place.neighbors) else { return (pages, request) }
            let isReadBackward = request.isReadBackward
            request.anchor = anchor
            // A page is empty only where as much was examined as may be. The last one has nothing behind it.
            if page.texts.isEmpty, request.isReadBackward == isReadBackward { examined += first.scan.items }
            #expect(examined <= messages.count, "\(session), \(filter), \(first)")
        }
    }
}

extension ScanBudget {
    /// One that few items exhaust, or the default one, and no limit in time, however slow the machine is.
    static func random(isSliced: Bool = true, using random: inout SeededGenerator) -> ScanBudget {
        var scan = ScanBudget()
        if Bool.random(using: &random), isSliced {
            scan.slice = .random(in: 1...12, using: &random)
            scan.items = scan.slice * .random(in: 1...4, using: &random)
        }
        scan.duration = .seconds(600)
        return scan
    }
}
