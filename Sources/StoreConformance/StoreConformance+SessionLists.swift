import AssistantsStore
import Testing

extension StoreConformance {
    static let sessionLists = [
        StoreConformance("walks through sessions by either order and any filter equal the same lists of an array") {
            store in
            for seed in 0..<40 {
                var run = SessionListRun(try await Fixture(store), seed: UInt64(seed))
                try await run.compare()
            }
        },
        StoreConformance("a session's last message is its own, however long, and pages of these keep their budget") {
            store in
            let fixture = try await Fixture(store)
            let text = String(repeating: "x", count: 100_000)
            for session in 1...20 {
                try await fixture.put([
                    NewMessage(
                        id: MessageID(unchecked: "m"),
                        sessionID: SessionID(unchecked: "s\(session)"),
                        role: .user,
                        content: try JSONObject(#"{"content":"\#(text)\#(session)"}"#),
                        dateCreated: Timestamp(microseconds: Int64(session))
                    )
                ])
            }
            var request = SessionPageRequest<SessionCreationCursor>(
                of: fixture.account,
                page: PageRequest(.first, size: 1_000, budget: PageBudget(bytes: 450_000, overhead: 100)),
                includesSummaries: true
            )
            var met: [ListedSession] = []
            while true {
                let page = try await store.sessions(request)
                #expect(page.items.count <= 4)
                met += page.items
                guard let next = page.neighbors.next else { break }
                request.page.anchor = .after(next)
            }
            let contents = try met.map { try #require($0.summary?.lastMessage).content.text }
            #expect(contents == (1...20).map { #"{"content":"\#(text)\#($0)"}"# })
        },
    ]
}
