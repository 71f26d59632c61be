import AssistantsStore
import Testing

extension StoreConformance {
    static let editing = [
        StoreConformance("a changed message keeps its position and all that was not changed") { store in
            let fixture = try await Fixture(store)
            try await fixture.put(["a", "b", "c"], in: "s")
            let before = try await fixture.message("b", of: "s")
            let date = Timestamp(microseconds: Fixture.defaults.date.microseconds + 1_000_000)
            let content = try JSONObject(#"{"content" : "other"}"#)
            let after = try await fixture.update("b", of: "s", MessageChanges(content: content), at: date)
            #expect(after.content == content)
            #expect(after.meta == before.meta)
            #expect(after.role == before.role)
            #expect(after.dateCreated == before.dateCreated)
            #expect(after.dateUpdated == date)
            #expect(try await fixture.message("b", of: "s").content == content)
            #expect(try await fixture.page(of: "s", .first, size: 9).texts == ["a", "b", "c"])
            #expect(try await store.session(SessionReference("s"), in: fixture.account).dateUpdated == date)
            let meta = try JSONObject(#"{"seen":true}"#)
            let last = try await fixture.update("b", of: "s", MessageChanges(meta: meta), at: date)
            #expect(last.content == content)
            #expect(last.meta == meta)
        },
        StoreConformance("a message is never changed before it was created, whatever the clock says") { store in
            let fixture = try await Fixture(store)
            let now = Fixture.defaults.date
            let future = Timestamp(microseconds: now.microseconds + 60_000_000)
            try await fixture.put([.text("a", in: "s", date: future)])
            let after = try await fixture.update("a", of: "s", MessageChanges(meta: .empty), at: now)
            #expect(after.dateUpdated == future)
            #expect(try await fixture.message("a", of: "s").dateUpdated == future)
            #expect(try await store.session(SessionReference("s"), in: fixture.account).dateUpdated == future)
        },
        StoreConformance("deleting messages shifts no page, and a cursor at a deleted one still works") { store in
            let fixture = try await Fixture(store)
            try await fixture.put(["a", "b", "c", "d", "e", "f"], in: "s")
            let first = try await fixture.page(of: "s", .first, size: 2)
            let next = try #require(first.neighbors.next)
            for id in ["b", "c", "f"] { try await fixture.delete(id, of: "s") }
            #expect(try await fixture.page(of: "s", .after(next), size: 2).texts == ["d", "e"])
            #expect(try await fixture.page(of: "s", .before(next), size: 2).texts == ["a"])
            // The position of the last one is not given again.
            let appended = try await fixture.append([.number(1)], to: "s").map(\.id.text)
            #expect(try await fixture.page(of: "s", .first, size: 9).texts == ["a", "d", "e"] + appended)
        },
        StoreConformance("a walk meets every other message once, in order, while others delete and change") { store in
            let fixture = try await Fixture(store)
            let texts = (0..<300).map { "m\($0)" }
            try await fixture.put(texts, in: "s")
            let doomed = Set((0..<300).filter { $0 % 3 == 0 }.map { "m\($0)" })
            let deleting = Task {
                for id in doomed.shuffled() {
                    try await fixture.delete(id, of: "s")
                    _ = try await fixture.update("m1", of: "s", MessageChanges(content: .empty), at: .now)
                }
            }
            for size in [1, 7, 50] {
                let met = try await fixture.walk("s", size: size).flatMap(\.self)
                #expect(met.filter { !doomed.contains($0) } == texts.filter { !doomed.contains($0) })
                #expect(Set(met).count == met.count)
            }
            try await deleting.value
            #expect(try await fixture.walk("s", size: 7).flatMap(\.self) == texts.filter { !doomed.contains($0) })
        },
        StoreConformance("a deleted session is gone with its messages, also a long one, and one made again is empty") {
            store in
            let fixture = try await Fixture(store)
            try await fixture.put((0..<2_500).map { "m\($0)" }, in: "s")
            try await fixture.put(["kept"], in: "t")
            let cursor = try #require(try await fixture.page(of: "s", .first, size: 5).neighbors.next)
            try await store.delete(SessionReference("s"), in: fixture.account)
            await Refusal.notFound(.session).expect { _ = try await fixture.page(of: "s", .first, size: 5) }
            await Refusal.notFound(.session).expect { _ = try await fixture.page(of: "s", .after(cursor), size: 5) }
            try await fixture.put(["new"], in: "s")
            await Refusal.cursorOfAnotherSession.expect {
                _ = try await fixture.page(of: "s", .after(cursor), size: 5)
            }
            try await store.collectGarbage()
            #expect(try await fixture.walk("s", size: 5) == [["new"]])
            #expect(try await fixture.walk("t", size: 5) == [["kept"]])
        },
        StoreConformance("what is not there, or another account's, can be neither read, changed nor deleted") { store in
            let fixture = try await Fixture(store)
            let neighbor = try await fixture.neighbor()
            try await fixture.put(["a"], in: "s")
            try await neighbor.put(["b"], in: "t")
            for (id, session) in [("b", "t"), ("a", "t")] {
                await Refusal.notFound(.session).expect { _ = try await fixture.message(id, of: session) }
                await Refusal.notFound(.session).expect { try await fixture.delete(id, of: session) }
                await Refusal.notFound(.session).expect {
                    _ = try await fixture.update(id, of: session, MessageChanges(meta: .empty), at: .now)
                }
            }
            await Refusal.notFound(.session).expect {
                try await store.delete(SessionReference("t"), in: fixture.account)
            }
            await Refusal.notFound(.message).expect { _ = try await fixture.message("b", of: "s") }
            await Refusal.notFound(.message).expect { try await fixture.delete("b", of: "s") }
            await Refusal.notFound(.message).expect {
                _ = try await fixture.update("b", of: "s", MessageChanges(meta: .empty), at: .now)
            }
            #expect(try await neighbor.walk("t", size: 5) == [["b"]])
        },
    ]
}

extension Fixture {
    fileprivate func message(_ id: String, of session: String) async throws -> Message {
        try await store.message(MessageID(unchecked: id), of: SessionReference(session), in: account)
    }

    func update(
        _ id: String,
        of session: String,
        _ changes: MessageChanges,
        at date: Timestamp
    ) async throws -> Message {
        try await store.update(
            MessageID(unchecked: id),
            of: SessionReference(session),
            in: account,
            with: changes,
            at: date
        )
    }

    func delete(_ id: String, of session: String) async throws {
        try await store.delete(MessageID(unchecked: id), of: SessionReference(session), in: account)
    }
}
