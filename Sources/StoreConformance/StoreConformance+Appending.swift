import AssistantsStore
import Testing

extension StoreConformance {
    static let appending = [
        StoreConformance("appended messages come at the end, in their order, as they were given back") { store in
            let fixture = try await Fixture(store)
            try await fixture.put(["a"], in: "s")
            let appended = try await fixture.append([.number(1), .number(2)], to: "s")
            let more = try await fixture.append([.number(3)], to: "s")
            let page = try await fixture.page(of: "s", .first, size: 9)
            #expect(page.texts == ["a"] + (appended + more).map(\.id.text))
            #expect(appended.map(\.content.text) == [#"{"n":1}"#, #"{"n":2}"#])
            #expect(Set(page.texts).count == 4)
        },
        StoreConformance("an append resolves its session like a list, and makes exactly the id that was given") {
            store in
            let fixture = try await Fixture(store)
            #expect(try await fixture.append([.number(1)], to: "webhook:a").map(\.sessionID.text) == ["webhook:a"])
            #expect(try await fixture.append([.number(2)], to: "a").map(\.sessionID.text) == ["webhook:a"])
            #expect(try await fixture.append([.number(3)], to: "b").map(\.sessionID.text) == ["b"])
            for name in ["", String(repeating: "x", count: 1_025)] {
                await Refusal.invalidSessionID.expect { _ = try await fixture.append([.number(4)], to: name) }
            }
        },
        StoreConformance("an appended message gets what its session has") { store in
            let fixture = try await Fixture(store)
            let first = MessageDraft(
                role: .user,
                content: .empty,
                identity: "user_id:alice",
                assistantID: AssistantID(unchecked: "aia_asst_1"),
                dateCreated: Timestamp(microseconds: 5)
            )
            _ = try await fixture.append([first], to: "s")
            let second = try #require(try await fixture.append([.number(2)], to: "s").first)
            #expect(second.identity == "user_id:alice")
            #expect(second.assistantID.text == "aia_asst_1")
            #expect(second.meta.text == "{}")
            #expect(second.dateCreated == Fixture.defaults.date)
            let unknown = try #require(try await fixture.append([.number(1)], to: "t").first)
            #expect(unknown.identity == "user_id:unknown")
            #expect(unknown.assistantID != second.assistantID)
            let session = try await store.session(SessionReference("s"), in: fixture.account)
            #expect(session.dateCreated.microseconds == 5)
            #expect(session.dateUpdated == Fixture.defaults.date)
        },
        StoreConformance("appends that come together are each stored once, and one that fails takes no other with it") {
            store in
            let fixture = try await Fixture(store)
            let stranger = AccountSID.random()
            try await withThrowingTaskGroup { group in
                for number in 1...100 {
                    group.addTask {
                        if number.isMultiple(of: 5) {
                            await Refusal.notFound(.account).expect {
                                _ = try await store.append(
                                    [.number(number)],
                                    to: SessionReference("s"),
                                    in: stranger,
                                    defaults: Fixture.defaults,
                                    once: nil
                                )
                            }
                        } else {
                            let appended = try await fixture.append([.number(number), .number(-number)], to: "s")
                            // A reader sees what it wrote.
                            let ids = try await fixture.walk("s", size: 1_000).flatMap(\.self)
                            let index = try #require(ids.firstIndex(of: appended[0].id.text))
                            #expect(ids[index + 1] == appended[1].id.text)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let ids = try await fixture.walk("s", size: 7).flatMap(\.self)
            #expect(ids.count == 160)
            #expect(Set(ids).count == 160)
        },
        StoreConformance("appends that need an assistant at once make one, and use the oldest of its name") { store in
            let fixture = try await Fixture(store)
            try await withThrowingTaskGroup { group in
                for number in 1...20 { group.addTask { _ = try await fixture.append([.number(1)], to: "s\(number)") } }
                try await group.waitForAll()
            }
            let made = try await store.assistants(of: fixture.account, page: PageRequest(.first, size: 9)).items
            #expect(made.map(\.details.name) == [Fixture.defaults.assistantName])
            _ = try await fixture.createAssistant(Fixture.defaults.assistantName)
            #expect(try await fixture.append([.number(1)], to: "t").map(\.assistantID) == made.map(\.id))
        },
        StoreConformance("a full session takes no further message, from whomever") { store in
            let fixture = try await TurnFixture(store)
            let contents = try #require(store as? any StoreContents)
            let (account, assistant) = (fixture.base.account.text, fixture.assistant.id.text)
            try await contents.add(
                [
                    [.text(account), .text("s"), .integer(1_000), .text(assistant), .text("user_id:alice")]
                        + [.integer(0), .integer(.max), .integer(1), .integer(1), .integer(1), .integer(1)]
                ],
                to: .session,
                noting: []
            )
            try await contents.add(
                [
                    [.text(account), .text("s"), .integer(1_000), .text("1"), .integer(1_000), .text(assistant)]
                        + [.text("user_id:alice"), .text("chat"), .null, .null, .text("{}"), .null]
                        + [.text("nobody"), .integer(0), .integer(0)]
                ],
                to: .turn,
                noting: []
            )
            await Refusal.sessionFull.expect { _ = try await fixture.base.append([.number(1)], to: "s") }
            await Refusal.sessionFull.expect { try await fixture.base.put(["a"], in: "s") }
            let waiting = try #require(try await fixture.begin().first)
            #expect(waiting.id.text == "1" && waiting.message == nil && !waiting.isDamaged)
            await Refusal.sessionFull.expect { try await fixture.finish(waiting, reply: "reply") }
            try await fixture.finish(waiting, reply: nil)
            await Refusal.sessionFull.expect { try await fixture.accept("2", in: "s") }
        },
    ]
}
