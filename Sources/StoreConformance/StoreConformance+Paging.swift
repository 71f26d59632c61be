import AssistantsStore
import Testing

extension StoreConformance {
    static let paging = [
        StoreConformance("pages come in either order, forward and back, at every page size") { store in
            let fixture = try await Fixture(store)
            let texts = (1...23).map { "m\($0)" }
            try await fixture.put(texts, in: "s")
            for (order, expected) in [(ListOrder.ascending, texts), (.descending, texts.reversed())] {
                for size in [1, 2, 7, 22, 23, 24, 50] {
                    let forward = try await fixture.walk("s", in: order, size: size)
                    #expect(forward.flatMap(\.self) == expected, "\(order), page size \(size)")
                    #expect(forward.dropLast().allSatisfy { $0.count == size }, "\(order), page size \(size)")
                    try await expectWalkBack(fixture, forward, in: order, size: size)
                }
            }
        },
        StoreConformance("a full last page has no next page, and the first page no previous one") { store in
            let fixture = try await Fixture(store)
            try await fixture.put(["a", "b", "c", "d"], in: "s")
            let first = try await fixture.page(of: "s", .first, size: 2)
            #expect(first.neighbors.previous == nil)
            let last = try await fixture.page(of: "s", .after(try #require(first.neighbors.next)), size: 2)
            #expect(last.texts == ["c", "d"])
            #expect(last.neighbors.next == nil)
            #expect(last.neighbors.previous != nil)
        },
        StoreConformance("a page of messages on which nothing is left leads back to exactly its neighbors") { store in
            for (isForward, order) in waysBack {
                let fixture = try await Fixture(store)
                try await fixture.put(["a", "b", "c", "d"], in: "s")
                try await expectWayBack(isForward: isForward, in: order) { request in
                    let page = try await fixture.page(of: "s", request.anchor, in: order, size: request.size)
                    return Page<String, MessageCursor>(items: page.texts, neighbors: page.neighbors)
                } delete: { text in
                    try await store.delete(MessageID(unchecked: text), of: SessionReference("s"), in: fixture.account)
                }
            }
        },
        StoreConformance("a page of sessions on which nothing is left leads back to exactly its neighbors") { store in
            for (isForward, order) in waysBack {
                let fixture = try await Fixture(store)
                for session in ["a", "b", "c", "d"] { try await fixture.put([session], in: session) }
                try await expectWayBack(isForward: isForward, in: order) { request in
                    let page = try await store.sessions(of: fixture.account, page: request)
                    return Page<String, SessionCreationCursor>(
                        items: page.items.map(\.session.id.text),
                        neighbors: page.neighbors
                    )
                } delete: { session in
                    try await store.delete(SessionReference(session), in: fixture.account)
                }
            }
        },
        StoreConformance("a page of assistants on which nothing is left leads back to exactly its neighbors") { store in
            for (isForward, order) in waysBack {
                let fixture = try await Fixture(store)
                for name in ["a", "b", "c", "d"] { _ = try await fixture.createAssistant(name) }
                try await expectWayBack(isForward: isForward, in: order) { request in
                    let page = try await store.assistants(of: fixture.account, page: request)
                    return Page<String, AssistantCursor>(items: page.items.map(\.id.text), neighbors: page.neighbors)
                } delete: { assistant in
                    try await store.delete(AssistantID(unchecked: assistant), in: fixture.account)
                }
            }
        },
        StoreConformance("a row has every field of its message") { store in
            let fixture = try await Fixture(store)
            let message = NewMessage(
                id: MessageID(unchecked: "aia_msg_1"),
                sessionID: SessionID(unchecked: "voice:CA1/é \u{1F600}"),
                assistantID: AssistantID(unchecked: "aia_asst_1"),
                identity: "email:a@example.com",
                role: .tool,
                content: try JSONObject(#"{"b": 1.50, "a": "\u00e9"}"#),
                meta: try JSONObject(#"{ }"#),
                dateCreated: Timestamp(microseconds: 1_234_567),
                dateUpdated: Timestamp(microseconds: 7_654_321)
            )
            try await fixture.put([message])
            var count = 0
            _ = try await store.readMessages(
                of: SessionReference("CA1/é \u{1F600}"),
                in: fixture.account,
                page: PageRequest(.first, size: 1)
            ) { row in
                count += 1
                #expect(row.id.text == "aia_msg_1")
                #expect(row.sessionID.text == "voice:CA1/é \u{1F600}")
                #expect(row.assistantID.text == "aia_asst_1")
                #expect(row.identity.text == "email:a@example.com")
                #expect(row.role.text == "tool")
                #expect(row.content.text == #"{"b": 1.50, "a": "\u00e9"}"#)
                #expect(row.meta.text == "{ }")
                #expect(row.dateCreated.microseconds == 1_234_567)
                #expect(row.dateUpdated.microseconds == 7_654_321)
            }
            #expect(count == 1)
        },
        StoreConformance("a cursor works only for its own session") { store in
            let fixture = try await Fixture(store)
            try await fixture.put(["a1", "a2"], in: "a")
            try await fixture.put(["b1", "b2"], in: "b")
            let next = try #require(try await fixture.page(of: "a", .first, size: 1).neighbors.next)
            await Refusal.cursorOfAnotherSession.expect {
                _ = try await fixture.page(of: "b", .after(next), size: 1)
            }
            await Refusal.notFound(.session).expect {
                _ = try await fixture.page(of: "c", .after(next), size: 1)
            }
        },
        StoreConformance("a walk goes on when its name has come to mean a nearer session") { store in
            let fixture = try await Fixture(store)
            try await fixture.put(["a1", "a2", "a3"], in: "webhook:a")
            let next = try #require(try await fixture.page(of: "a", .first, size: 1).neighbors.next)
            try await fixture.put(["other"], in: "a")
            #expect(try await fixture.page(of: "a", .after(next), size: 9).texts == ["a2", "a3"])
            #expect(try await fixture.page(of: "webhook:a", .after(next), size: 9).texts == ["a2", "a3"])
            #expect(try await fixture.page(of: "a", .first, size: 9).texts == ["other"])
        },
    ]

    private static let waysBack: [(isForward: Bool, order: ListOrder)] = [
        (true, .ascending), (false, .ascending), (true, .descending), (false, .descending),
    ]

    /// Of a list of four, deletes the two that are on a page, and expects that page to lead back to the other two.
    private static func expectWayBack<Cursor>(
        isForward: Bool,
        in order: ListOrder,
        _ read: (PageRequest<Cursor>) async throws -> Page<String, Cursor>,
        delete: (String) async throws -> Void
    ) async throws {
        func page(_ anchor: PageRequest<Cursor>.Anchor, size: Int = 2) async throws -> Page<String, Cursor> {
            try await read(PageRequest(anchor, in: order, size: size))
        }
        let first = try await page(.first)
        let second = try await page(.after(try #require(first.neighbors.next)))
        #expect(first.items.count == 2 && second.items.count == 2)
        for item in isForward ? second.items : first.items { try await delete(item) }
        if isForward {
            let empty = try await page(.after(try #require(first.neighbors.next)))
            #expect(empty.items == [] && empty.neighbors.next == nil)
            let back = try #require(empty.neighbors.previous)
            #expect(try await page(.before(back)).items == first.items)
            #expect(try await page(.before(back), size: 1).items == [first.items[1]])
        } else {
            let empty = try await page(.before(try #require(second.neighbors.previous)))
            #expect(empty.items == [] && empty.neighbors.previous == nil)
            let back = try #require(empty.neighbors.next)
            #expect(try await page(.after(back)).items == second.items)
            #expect(try await page(.after(back), size: 1).items == [second.items[0]])
        }
    }

    /// From the last page of a walk back to the first: the same pages.
    private static func expectWalkBack(
        _ fixture: Fixture,
        _ forward: [[String]],
        in order: ListOrder,
        size: Int
    ) async throws {
        var anchor = PageRequest<MessageCursor>.Anchor.first
        var last = try await fixture.page(of: "s", anchor, in: order, size: size)
        while let next = last.neighbors.next {
            anchor = .after(next)
            last = try await fixture.page(of: "s", anchor, in: order, size: size)
        }
        for expected in forward.dropLast().reversed() {
            let previous = try #require(last.neighbors.previous)
            last = try await fixture.page(of: "s", .before(previous), in: order, size: size)
            #expect(last.texts == expected, "\(order), page size \(size)")
            #expect(last.neighbors.next != nil)
        }
        #expect(last.neighbors.previous == nil)
    }
}
