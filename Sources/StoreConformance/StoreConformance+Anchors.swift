import AssistantsStore
import Testing

extension StoreConformance {
    static let anchors = [
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
    ]
}

extension Fixture {
    /// Where a page of session `s` lies.
    fileprivate func place(
        _ anchor: PageRequest<MessageCursor>.Anchor,
        in order: ListOrder = .ascending,
        size: Int
    ) async throws -> MessagePagePlace {
        let reading = try await store.readMessages(
            MessagePageRequest(of: SessionReference("s"), in: account, page: PageRequest(anchor, in: order, size: size))
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
            MessagePageRequest(
                of: SessionReference(session),
                in: account,
                page: PageRequest(.first, in: order, size: size),
                at: anchor
            )
        ) { texts.append($0.id.text) }
        return texts
    }
}
