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
        StoreConformance("a page says what it ends behind, also if it is empty") { store in
            let fixture = try await Fixture(store)
            try await fixture.put(["a", "b", "c", "d"], in: "s")
            for (order, ids) in [(ListOrder.ascending, ["a", "b", "c", "d"]), (.descending, ["d", "c", "b", "a"])] {
                var cursors = [try await fixture.place(.first, in: order, size: 1).end]
                for index in 0..<3 {
                    cursors.append(try await fixture.place(.after(cursors[index]), in: order, size: 1).end)
                }
                #expect(Set(cursors).count == 4)
                #expect(try await fixture.place(.first, in: order, size: 2).end == cursors[1])
                #expect(try await fixture.place(.before(cursors[3]), in: order, size: 2).end == cursors[2])
                #expect(try await fixture.place(.after(cursors[3]), in: order, size: 2).end == cursors[3])
                // What comes behind a page in front of the first message begins with that.
                let none = try await fixture.place(.before(cursors[0]), in: order, size: 2).end
                #expect(try await fixture.page(of: "s", .after(none), in: order, size: 4).texts == ids)
            }
        },
        StoreConformance("what is written later comes behind the end of a page, once") { store in
            let fixture = try await Fixture(store)
            try await fixture.put(["a"], in: "s")
            try await store.delete(MessageID(unchecked: "a"), of: SessionReference("s"), in: fixture.account)
            var end = try await fixture.place(.first, size: 2).end
            var met: [String] = []
            for texts in [["b"], [], ["c", "d", "e"], [], ["f"]] {
                if !texts.isEmpty { try await fixture.put(texts, in: "s") }
                for _ in 1...2 {
                    met += try await fixture.page(of: "s", .after(end), size: 2).texts
                    end = try await fixture.place(.after(end), size: 2).end
                }
            }
            #expect(met == ["b", "c", "d", "e", "f"])
        },
        StoreConformance("a page says how many messages its session has, whatever was appended and deleted") { store in
            let fixture = try await Fixture(store)
            try await store.requireTotals()
            var there: [String] = []
            for round in 1...4 {
                let texts = (1...round).map { "\(round)-\($0)" }
                try await fixture.put(texts, in: "s")
                there += texts
                if round > 1 {
                    let gone = MessageID(unchecked: there.remove(at: round - 2))
                    try await store.delete(gone, of: SessionReference("s"), in: fixture.account)
                }
                let first = try await fixture.place(.first, size: 1).end
                for anchor in [PageRequest<MessageCursor>.Anchor.first, .after(first)] {
                    for order in [ListOrder.ascending, .descending] {
                        let total = try await fixture.place(anchor, in: order, size: 2).total
                        #expect(total == Int64(there.count), "round \(round)")
                    }
                }
            }
        },
        StoreConformance("a message chooses the page behind it, in front of it, or around it") { store in
            let fixture = try await Fixture(store)
            try await fixture.put(["a", "b", "gone", "c", "d", "e", "f"], in: "webhook:s")
            try await store.delete(MessageID(unchecked: "gone"), of: SessionReference("s"), in: fixture.account)
            for (place, id, size, expected) in [
                (MessageAnchor.Place.after, "c", 2, ["d", "e"]), (.after, "f", 2, []), (.before, "d", 2, ["b", "c"]),
                (.before, "a", 2, []), (.around, "c", 4, ["a", "b", "c", "d"]), (.around, "d", 3, ["c", "d", "e"]),
                (.around, "b", 6, ["a", "b", "c", "d", "e", "f"]), (.around, "f", 4, ["d", "e", "f"]),
                (.around, "c", 1, ["c"]),
            ] {
                #expect(
                    try await fixture.texts(at: MessageAnchor(place, MessageID(unchecked: id)), size: size) == expected
                )
            }
            for (place, id, size, expected) in [
                (MessageAnchor.Place.after, "c", 2, ["b", "a"]), (.before, "d", 2, ["f", "e"]),
                (.around, "c", 4, ["e", "d", "c", "b"]), (.around, "a", 4, ["c", "b", "a"]),
            ] {
                let anchor = MessageAnchor(place, MessageID(unchecked: id))
                #expect(try await fixture.texts(at: anchor, in: .descending, size: size) == expected)
            }
        },
        StoreConformance("a message chooses a page of its own session alone") { store in
            let fixture = try await Fixture(store)
            try await fixture.put(["a", "b"], in: "webhook:s")
            try await fixture.put(["c"], in: "t")
            let neighbor = try await fixture.neighbor()
            for place in [MessageAnchor.Place.after, .around, .before] {
                func expect(_ refusal: Refusal, of id: String, in session: String = "s", by fixture: Fixture) async {
                    await refusal.expect {
                        _ = try await fixture.texts(
                            of: session,
                            at: MessageAnchor(place, MessageID(unchecked: id)),
                            size: 1
                        )
                    }
                }
                await expect(.notFound(.message), of: "c", by: fixture)
                await expect(.notFound(.session), of: "a", in: "none", by: fixture)
                await expect(.notFound(.session), of: "a", by: neighbor)
            }
            try await store.delete(MessageID(unchecked: "a"), of: SessionReference("s"), in: fixture.account)
            await Refusal.notFound(.message).expect {
                _ = try await fixture.texts(at: MessageAnchor(.after, MessageID(unchecked: "a")), size: 1)
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
                    return Page<String, SessionCursor>(items: page.items.map(\.id.text), neighbors: page.neighbors)
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

extension Fixture {
    /// Where a page of session `s` lies.
    fileprivate func place(
        _ anchor: PageRequest<MessageCursor>.Anchor,
        in order: ListOrder = .ascending,
        size: Int
    ) async throws -> MessagePagePlace {
        let reading = try await store.readMessages(
            of: SessionReference("s"),
            in: account,
            page: PageRequest(anchor, in: order, size: size),
            at: nil,
            unless: nil
        ) { _ in }
        guard case .read(let place) = reading else { preconditionFailure("no version was given that it could be") }
        return place
    }

    /// What is on the page that an anchor chooses.
    fileprivate func texts(
        of session: String = "s",
        at anchor: MessageAnchor,
        in order: ListOrder = .ascending,
        size: Int
    ) async throws(StoreError) -> [String] {
        var texts: [String] = []
        _ = try await store.readMessages(
            of: SessionReference(session),
            in: account,
            page: PageRequest(.first, in: order, size: size),
            at: anchor,
            unless: nil
        ) { texts.append($0.id.text) }
        return texts
    }
}
