import AssistantsStore
import Testing

extension StoreConformance {
    static let sessions = [
        StoreConformance("a session comes into being with its first message, and has that one's fields") { store in
            let fixture = try await Fixture(store)
            await Refusal.notFound(.session).expect {
                _ = try await store.session(SessionReference("s"), in: fixture.account)
            }
            let first = NewMessage(
                id: MessageID(unchecked: "a"),
                sessionID: SessionID(unchecked: "s"),
                assistantID: AssistantID(unchecked: "aia_asst_first"),
                identity: "user_id:alice",
                role: .user,
                content: .empty,
                dateCreated: Timestamp(microseconds: 1_000_000)
            )
            try await fixture.put([first])
            try await fixture.put([.text("b", in: "s", date: Timestamp(microseconds: 5_000_000))])
            try await fixture.put([.text("c", in: "s", date: Timestamp(microseconds: 3_000_000))])
            let session = try await store.session(SessionReference("s"), in: fixture.account)
            #expect(session.id.text == "s")
            #expect(session.account == fixture.account)
            #expect(session.assistantID.text == "aia_asst_first")
            #expect(session.identity == "user_id:alice")
            #expect(!session.isVerified)
            #expect(session.dateCreated.microseconds == 1_000_000)
            #expect(session.dateUpdated.microseconds == 5_000_000)
        },
        StoreConformance("a name means an exact id, then webhook:, then voice:") { store in
            let fixture = try await Fixture(store)
            func meant(_ name: String) async throws -> String {
                let session = try await store.session(SessionReference(name), in: fixture.account)
                return session.id.text
            }
            try await fixture.put(["v"], in: "voice:a")
            #expect(try await meant("a") == "voice:a")
            try await fixture.put(["w"], in: "webhook:a")
            #expect(try await meant("a") == "webhook:a")
            try await fixture.put(["x"], in: "a")
            #expect(try await meant("a") == "a")
            #expect(try await meant("voice:a") == "voice:a")
            try await fixture.put(["y"], in: "webhook:voice:b")
            await Refusal.notFound(.session).expect { _ = try await meant("voice:b") }
        },
        StoreConformance("sessions are walked through in the order of their ids' bytes, whatever the pages' size") {
            store in
            let fixture = try await Fixture(store)
            let expected = ["B", "a", "a!", "a\u{1}b", "aa", "webhook:a", "é", "😀"].sorted {
                $0.utf8.lexicographicallyPrecedes($1.utf8)
            }
            for id in expected.shuffled() { try await fixture.put([NewMessage.text("m", in: id)]) }
            try await fixture.neighbor().put(["m"], in: "b")
            for limit in 1...9 {
                var ids: [SessionID] = []
                while true {
                    let page = try await store.sessions(of: fixture.account, after: ids.last, limit: limit)
                    ids += page.map(\.id)
                    guard page.count == limit else { break }
                }
                #expect(ids.map(\.text) == expected)
            }
            // From where a session was that is gone.
            try await store.delete(SessionReference("a!"), in: fixture.account)
            let behind = try await store.sessions(of: fixture.account, after: SessionID("a!"), limit: 1)
            #expect(behind.map(\.id.text) == ["aa"])
        },
        StoreConformance("sessions are listed in order of creation, forward and back, at every page size") { store in
            let fixture = try await Fixture(store)
            // Created in pairs of one time, the later pairs first.
            for number in (0..<11).reversed() {
                let date = Timestamp(microseconds: Int64(number / 2) * 1_000_000)
                try await fixture.put([NewMessage.text("m", in: "s\(number)", date: date)])
            }
            let expected = ["s1", "s0", "s3", "s2", "s5", "s4", "s7", "s6", "s9", "s8", "s10"]
            for size in [1, 2, 3, 10, 11, 12] {
                var page = try await store.sessions(of: fixture.account, page: PageRequest(.first, size: size))
                #expect(page.neighbors.previous == nil)
                var pages = [page.items.map(\.session.id.text)]
                while let next = page.neighbors.next {
                    page = try await store.sessions(of: fixture.account, page: PageRequest(.after(next), size: size))
                    pages.append(page.items.map(\.session.id.text))
                }
                #expect(pages.flatMap(\.self) == expected, "page size \(size)")
                for previous in pages.dropLast().reversed() {
                    let cursor = try #require(page.neighbors.previous)
                    page = try await store.sessions(of: fixture.account, page: PageRequest(.before(cursor), size: size))
                    #expect(page.items.map(\.session.id.text) == previous, "page size \(size)")
                }
                #expect(page.neighbors.previous == nil)
            }
        },
        StoreConformance("an account without sessions has an empty list") { store in
            let fixture = try await Fixture(store)
            let page = try await store.sessions(of: fixture.account, page: PageRequest(.first, size: 50))
            #expect(page.items.isEmpty)
            #expect(page.neighbors.next == nil)
            #expect(page.neighbors.previous == nil)
        },
        StoreConformance("one account never sees another's sessions and messages") { store in
            let mine = try await Fixture(store)
            let theirs = try await mine.neighbor()
            try await theirs.put(["secret1", "secret2"], in: "s")
            await Refusal.notFound(.session).expect { _ = try await mine.page(of: "s", .first, size: 9) }
            await Refusal.notFound(.session).expect {
                _ = try await store.session(SessionReference("s"), in: mine.account)
            }
            let next = try #require(try await theirs.page(of: "s", .first, size: 1).neighbors.next)
            await Refusal.notFound(.session).expect { _ = try await mine.page(of: "s", .after(next), size: 9) }
            try await mine.put(["own"], in: "s")
            await Refusal.cursorOfAnotherSession.expect { _ = try await mine.page(of: "s", .after(next), size: 9) }
            #expect(try await mine.page(of: "s", .first, size: 9).texts == ["own"])
            let list = try await store.sessions(of: mine.account, page: PageRequest(.first, size: 9))
            #expect(list.items.count == 1)
        },
    ]
}
