import AssistantsStore
import Testing

extension StoreConformance {
    static let importing = [
        StoreConformance("a message that is there with the same content is left as it is") { store in
            let fixture = try await Fixture(store)
            try await fixture.put(["a", "b"], in: "s")
            let result = try await fixture.put(["a", "b", "c"], in: "s")
            #expect(result.stored == 1)
            #expect(result.alreadyThere == 2)
            #expect(try await fixture.page(of: "s", .first, size: 9).texts == ["a", "b", "c"])
        },
        StoreConformance("a message that is there with other content stops the whole import") { store in
            let fixture = try await Fixture(store)
            try await fixture.put(["a"], in: "s")
            let changed = NewMessage(
                id: MessageID(unchecked: "a"),
                sessionID: SessionID(unchecked: "s"),
                role: .user,
                content: try JSONObject(#"{"content":"other"}"#)
            )
            let batch = [try .text("b", in: "s"), changed]
            #expect(try await store.compare(batch, in: fixture.account) == ImportComparison(conflicts: [1]))
            await Refusal.messageConflict(index: 1).expect { try await fixture.put(batch) }
            #expect(try await fixture.page(of: "s", .first, size: 9).texts == ["a"])
            let same = try await store.compare([.text("a", in: "s"), .text("b", in: "s")], in: fixture.account)
            #expect(same == ImportComparison(alreadyThere: 1))
        },
        StoreConformance("a message is the same with any white space between the tokens of its JSON") { store in
            let fixture = try await Fixture(store)
            func message(_ content: String, meta: String) -> NewMessage {
                NewMessage(
                    id: MessageID(unchecked: "a"),
                    sessionID: SessionID(unchecked: "s"),
                    role: .user,
                    content: JSONObject(unchecked: content),
                    meta: JSONObject(unchecked: meta)
                )
            }
            try await fixture.put([message("{\"a\":\r\n1}", meta: "{\n}")])
            for same in [message("{\"a\":1}", meta: "{}"), message("{ \"a\": 1}", meta: "{\t}")] {
                #expect(try await store.compare([same], in: fixture.account).conflicts.isEmpty)
                #expect(try await fixture.put([same]).alreadyThere == 1)
            }
            for other in [message("{\"a \":1}", meta: "{}"), message("{\"a\":1}", meta: "{\"\":1}")] {
                #expect(try await store.compare([other], in: fixture.account).conflicts == [0])
            }
        },
        StoreConformance("a message agrees with a stored one whose dates the API shows in the same whole seconds") {
            store in
            let fixture = try await Fixture(store)
            func message(_ microseconds: Int64) -> NewMessage {
                NewMessage(
                    id: MessageID(unchecked: "a"),
                    sessionID: SessionID(unchecked: "s"),
                    role: .user,
                    content: .empty,
                    dateCreated: Timestamp(microseconds: microseconds),
                    dateUpdated: Timestamp(microseconds: microseconds)
                )
            }
            try await fixture.put([message(5_200_000)])
            for (microseconds, isSame) in [
                (5_200_000, true), (5_000_000, true), (5_100_000, false), (6_000_000, false),
            ] {
                let comparison = try await store.compare([message(Int64(microseconds))], in: fixture.account)
                #expect(comparison.conflicts.isEmpty == isSame, "\(microseconds)")
            }
        },
        StoreConformance("a message that was changed before it was created agrees with one that was changed then") {
            store in
            let fixture = try await Fixture(store)
            func message(updated: Int64) -> NewMessage {
                NewMessage(
                    id: MessageID(unchecked: "a"),
                    sessionID: SessionID(unchecked: "s"),
                    role: .user,
                    content: .empty,
                    dateCreated: Timestamp(microseconds: 9_500_000),
                    dateUpdated: Timestamp(microseconds: updated)
                )
            }
            // As earlier versions did.
            try await fixture.put([message(updated: 5_000_000)])
            for (microseconds, isSame) in [
                (9_500_000, true), (9_000_000, true), (5_000_000, false), (9_400_000, false),
            ] {
                let comparison = try await store.compare([message(updated: Int64(microseconds))], in: fixture.account)
                #expect(comparison.conflicts.isEmpty == isSame, "\(microseconds)")
            }
        },
        StoreConformance("a message of which only the change is dated was created no later than that") { store in
            let fixture = try await Fixture(store)
            let past = Timestamp(microseconds: 1_000_000)
            let message = NewMessage(
                id: MessageID(unchecked: "a"),
                sessionID: SessionID(unchecked: "s"),
                role: .user,
                content: .empty,
                dateUpdated: past
            )
            try await fixture.put([message])
            #expect(try await fixture.rows(of: "s").map(\.dateCreated) == [past])
        },
        StoreConformance("an id may come in two sessions") { store in
            let fixture = try await Fixture(store)
            let result = try await fixture.put([.text("a", in: "s"), .text("a", in: "t")])
            #expect(result.stored == 2)
        },
        StoreConformance("ids compare as bytes") { store in
            let fixture = try await Fixture(store)
            let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
            try await fixture.put([.text("1", in: composed), .text("2", in: decomposed)])
            #expect(try await fixture.page(of: composed, .first, size: 9).texts == ["1"])
            #expect(try await fixture.page(of: decomposed, .first, size: 9).texts == ["2"])
            let result = try await fixture.put([.text(composed, in: "s"), .text(decomposed, in: "s")])
            #expect(result.stored == 2)
        },
        StoreConformance("what was not given gets its default") { store in
            let fixture = try await Fixture(store)
            try await fixture.put(["a"], in: "s")
            let second = NewMessage(
                id: MessageID(unchecked: "b"),
                sessionID: SessionID(unchecked: "t"),
                identity: "user_id:alice",
                role: .user,
                content: .empty
            )
            try await fixture.put([second])
            try await fixture.put(["c"], in: "t")
            let unknown = try await fixture.rows(of: "s")
            #expect(unknown.map(\.identity) == ["user_id:unknown"])
            #expect(unknown.map(\.meta) == ["{}"])
            #expect(unknown.map(\.dateCreated) == [Fixture.defaults.date])
            #expect(unknown.map(\.dateUpdated) == [Fixture.defaults.date])
            let alice = try await fixture.rows(of: "t")
            #expect(alice.map(\.identity) == ["user_id:alice", "user_id:alice"])
            #expect(Set(alice.map(\.assistantID) + unknown.map(\.assistantID)).count == 1)
        },
        StoreConformance("one batch agrees with itself, and keeps the order of each of its sessions") { store in
            let fixture = try await Fixture(store)
            let message = try NewMessage.text("a", in: "s")
            let changed = NewMessage(id: message.id, sessionID: message.sessionID, role: .user, content: .empty)
            await Refusal.messageConflict(index: 1).expect { try await fixture.put([message, changed]) }
            await Refusal.notFound(.session).expect { _ = try await fixture.page(of: "s", .first, size: 9) }
            let twice = try await fixture.put([message, message])
            #expect(twice.stored == 1 && twice.alreadyThere == 1)
            try await fixture.put(
                try (1...6).map { try .text("\($0)", in: $0.isMultiple(of: 2) ? "even" : "odd") }
            )
            #expect(try await fixture.page(of: "odd", .first, size: 9).texts == ["1", "3", "5"])
            #expect(try await fixture.page(of: "even", .first, size: 9).texts == ["2", "4", "6"])
        },
        StoreConformance("nothing conflicts with a session that is not there, or is another account's") { store in
            let fixture = try await Fixture(store)
            try await fixture.neighbor().put(["a"], in: "s")
            let changed = NewMessage(
                id: MessageID(unchecked: "a"),
                sessionID: SessionID(unchecked: "s"),
                role: .user,
                content: .empty
            )
            #expect(try await store.compare([changed], in: fixture.account) == ImportComparison())
            try await fixture.put(["b"], in: "s")
            #expect(try await store.compare([changed], in: fixture.account) == ImportComparison())
        },
        StoreConformance("an import to an account that is not there is refused") { store in
            let stranger = AccountSID.random()
            let messages = [try NewMessage.text("a", in: "s")]
            await Refusal.notFound(.account).expect {
                _ = try await store.importMessages(messages, to: stranger, defaults: Fixture.defaults)
            }
        },
    ]
}
