import AssistantsStore
import Testing

extension StoreConformance {
    static let paging = [
        StoreConformance("pages come in order, forward and back, at every page size") { store in
            let fixture = try await Fixture(store)
            let texts = (1...23).map { "m\($0)" }
            try await fixture.put(texts, in: "s")
            for size in [1, 2, 7, 22, 23, 24, 50] {
                let forward = try await fixture.walk("s", size: size)
                #expect(forward.flatMap(\.self) == texts, "page size \(size)")
                #expect(forward.dropLast().allSatisfy { $0.count == size }, "page size \(size)")
                try await expectWalkBack(fixture, forward, size: size)
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
            await Refusal.sessionNotFound.expect {
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

    /// From the last page of a walk back to the first: the same pages.
    private static func expectWalkBack(_ fixture: Fixture, _ forward: [[String]], size: Int) async throws {
        var place = PageRequest<MessageCursor>.Place.first
        var last = try await fixture.page(of: "s", place, size: size)
        while let next = last.neighbors.next {
            place = .after(next)
            last = try await fixture.page(of: "s", place, size: size)
        }
        for expected in forward.dropLast().reversed() {
            let previous = try #require(last.neighbors.previous)
            last = try await fixture.page(of: "s", .before(previous), size: size)
            #expect(last.texts == expected, "page size \(size)")
            #expect(last.neighbors.next != nil)
        }
        #expect(last.neighbors.previous == nil)
    }
}
