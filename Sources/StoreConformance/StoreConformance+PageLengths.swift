import AssistantsStore
import TestSupport
import Testing

extension StoreConformance {
    static let pageLengths = [
        StoreConformance("walks through messages of 1 MiB, both ways, have short pages and meet each message once") {
            store in
            let fixture = try await Fixture(store)
            let texts = (1...20).map { "m\($0)" }
            for text in texts { try await fixture.put([.text(text, in: "s", length: 1_040_000)]) }
            let pages = try await fixture.walkBothWays("s", size: 1_000, budget: PageBudget())
            #expect(pages.map(\.count) == [8, 8, 4])
            #expect(pages.flatMap(\.self) == texts)
        },
        StoreConformance(
            "a page of short and long messages ends where its budget does, at any size, with gaps, both ways"
        ) {
            store in
            let fixture = try await Fixture(store)
            var random = SeededGenerator(seed: 18)
            for hasGaps in [false, true] {
                let session = "gaps \(hasGaps)"
                var texts = (1...40).map { "\(session) \($0)" }
                let messages = try texts.map { text in
                    // One of four is long.
                    let length =
                        Int.random(in: 0...3, using: &random) == 0 ? Int.random(in: 3_000...30_000, using: &random) : 0
                    return try NewMessage.text(text, in: session, length: length)
                }
                try await fixture.put(messages)
                if hasGaps {
                    for text in texts where Int.random(in: 0...4, using: &random) == 0 {
                        let id = MessageID(unchecked: text)
                        try await store.delete(id, of: SessionReference(session), in: fixture.account)
                        texts.removeAll { $0 == text }
                    }
                }
                for budget in [1, 3_000, 20_000, 60_000, 1 << 20] {
                    for size in [1, 7, 39, 1_000] {
                        let budget = PageBudget(bytes: budget, overhead: 100)
                        let pages = try await fixture.walkBothWays(session, size: size, budget: budget)
                        #expect(pages.flatMap(\.self) == texts, "\(session), \(budget), page size \(size)")
                    }
                }
            }
        },
        StoreConformance("pages of sessions and assistants end where their budget does, both ways") { store in
            let fixture = try await Fixture(store)
            let names = (1...9).map { "\($0)" + String(repeating: "\u{1}", count: $0.isMultiple(of: 3) ? 900 : 1) }
            for name in names {
                try await fixture.put([NewMessage.text("m", in: name)])
                _ = try await fixture.createAssistant(name)
            }
            // The store makes one for the messages.
            let assistants = try await store.assistants(of: fixture.account, page: PageRequest(.first, size: 50)).items
            for budget in [1, 1_000, 7_000, 12_000, 1 << 20] {
                let budget = PageBudget(bytes: budget, overhead: 100)
                let sessions = try await walkBothWays(size: 7, budget: budget) {
                    try await store.sessions(of: fixture.account, page: $0)
                }
                #expect(sessions.map(\.session.id.text) == names, "\(budget)")
                let walked = try await walkBothWays(size: 7, budget: budget) {
                    try await store.assistants(of: fixture.account, page: $0)
                }
                #expect(walked.map(\.id) == assistants.map(\.id), "\(budget)")
            }
        },
    ]

    /// Walks through a list and back.
    /// - Returns: what was met.
    private static func walkBothWays<Item: PageItem, Cursor>(
        size: Int,
        budget: PageBudget,
        _ read: (PageRequest<Cursor>) async throws -> Page<Item, Cursor>
    ) async throws -> [Item] {
        func page(_ anchor: PageRequest<Cursor>.Anchor) async throws -> Page<Item, Cursor> {
            let page = try await read(PageRequest(anchor, size: size, budget: budget))
            let lengths = page.items.map { $0.pageLength + budget.overhead }
            #expect(lengths.count <= size)
            #expect(lengths.count == 1 || lengths.reduce(0, +) <= budget.bytes)
            return page
        }
        var last = try await page(.first)
        var met = last.items
        while let next = last.neighbors.next {
            last = try await page(.after(next))
            met += last.items
        }
        var back = Array(last.items.reversed())
        while let previous = last.neighbors.previous {
            last = try await page(.before(previous))
            back += last.items.reversed()
        }
        #expect(back.count == met.count)
        #expect(back.reversed().map(\.pageLength) == met.map(\.pageLength))
        return met
    }
}

extension Fixture {
    /// A page as the texts of its messages, with what each takes of the budget.
    private func page(
        of session: String,
        _ anchor: PageRequest<MessageCursor>.Anchor,
        size: Int,
        budget: PageBudget
    ) async throws -> (texts: [String], lengths: [Int], neighbors: PageNeighbors<MessageCursor>) {
        var (texts, lengths): ([String], [Int]) = ([], [])
        let neighbors = try await store.readMessages(
            of: SessionReference(session),
            in: account,
            page: PageRequest(anchor, size: size, budget: budget)
        ) { row in
            texts.append(row.id.text)
            lengths.append(row.maximumJSONLength + budget.overhead)
        }
        #expect((1...size).contains(texts.count))
        #expect(lengths.count == 1 || lengths.reduce(0, +) <= budget.bytes)
        return (texts, lengths, neighbors)
    }

    /// Walks forward to the end and back, and checks that a page ends only where it must.
    /// - Returns: the pages of the way forward.
    fileprivate func walkBothWays(_ session: String, size: Int, budget: PageBudget) async throws -> [[String]] {
        var last = try await page(of: session, .first, size: size, budget: budget)
        #expect(last.neighbors.previous == nil)
        var pages = [last]
        while let next = last.neighbors.next {
            last = try await page(of: session, .after(next), size: size, budget: budget)
            pages.append(last)
        }
        for (page, following) in zip(pages, pages.dropFirst()) where page.texts.count < size {
            #expect(page.lengths.reduce(following.lengths[0], +) > budget.bytes, "the next message fits on the page")
        }
        var pagesBack = [last]
        while let previous = last.neighbors.previous {
            last = try await page(of: session, .before(previous), size: size, budget: budget)
            #expect(last.neighbors.next != nil)
            pagesBack.append(last)
        }
        // The page that the way back begins with is the end of the way forward.
        for (page, before) in zip(pagesBack.dropFirst(), pagesBack.dropFirst(2)) where page.texts.count < size {
            #expect(
                page.lengths.reduce(before.lengths.last ?? 0, +) > budget.bytes,
                "the message before fits on the page"
            )
        }
        #expect(pagesBack.reversed().flatMap(\.texts) == pages.flatMap(\.texts))
        return pages.map(\.texts)
    }
}

extension NewMessage {
    /// A message whose id is its text, and whose content is of about that many bytes.
    fileprivate static func text(_ text: String, in session: String, length: Int) throws -> NewMessage {
        NewMessage(
            id: MessageID(unchecked: text),
            sessionID: SessionID(unchecked: session),
            role: .user,
            content: try JSONObject(#"{"content":"\#(String(repeating: "x", count: length))"}"#)
        )
    }
}
