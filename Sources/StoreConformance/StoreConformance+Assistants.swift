import AssistantsStore
import Testing

extension StoreConformance {
    static let assistants = [
        StoreConformance("an assistant is kept as it was made and changed") { store in
            let fixture = try await Fixture(store)
            let assistant = try await fixture.createAssistant("one")
            let stored = try await store.assistant(assistant.id, in: fixture.account)
            #expect(stored.details == assistant.details)
            #expect(stored.dateCreated == assistant.dateCreated)
            let date = Timestamp(microseconds: assistant.dateCreated.microseconds + 5)
            let changed = try await store.update(assistant.id, in: fixture.account, at: date) { details in
                details.name = "é"
                details.owner = "owner"
                details.personalityPrompt = "Be brief."
                details.model = "m"
                details.isPerceptionEngineEnabled = true
                details.isPersonalizationEngineEnabled = true
                details.sealedSegmentCredential = [1, 2, 3]
            }
            let again = try await store.assistant(assistant.id, in: fixture.account)
            #expect(again.details == changed.details)
            #expect(again.details.sealedSegmentCredential == [1, 2, 3])
            #expect(again.details.name == "é")
            #expect(again.dateUpdated == date)
            #expect(again.dateCreated == assistant.dateCreated)
            let past = Timestamp(microseconds: assistant.dateCreated.microseconds - 5)
            let early = try await store.update(assistant.id, in: fixture.account, at: past) { details in
                details.name = "a"
                details.sealedSegmentCredential = nil
            }
            #expect(early.dateUpdated == assistant.dateCreated)
            let last = try await store.assistant(assistant.id, in: fixture.account)
            #expect(last.details == early.details && last.dateUpdated == early.dateUpdated)
            #expect(last.details.sealedSegmentCredential == nil)
        },
        StoreConformance("changes of an assistant that come at once are all kept") { store in
            let fixture = try await Fixture(store)
            let assistant = try await fixture.createAssistant("")
            try await withThrowingTaskGroup { group in
                for _ in 1...20 {
                    group.addTask {
                        _ = try await store.update(assistant.id, in: fixture.account, at: .now) { $0.name += "x" }
                    }
                }
                try await group.waitForAll()
            }
            let stored = try await store.assistant(assistant.id, in: fixture.account)
            #expect(stored.details.name == String(repeating: "x", count: 20))
        },
        StoreConformance("an assistant of an account that is not there is refused") { store in
            let assistant = Assistant(AssistantDetails(name: "x"), in: .random())
            await Refusal.notFound(.account).expect { try await store.create(assistant) }
        },
        StoreConformance("assistants are listed in the order of their creation, page by page") { store in
            let fixture = try await Fixture(store)
            _ = try await fixture.neighbor().createAssistant("theirs")
            let names = (1...5).map { "\($0)" }
            for name in names { _ = try await fixture.createAssistant(name) }
            var met: [[String]] = []
            var anchor = PageRequest<AssistantCursor>.Anchor.first
            while true {
                let page = try await store.assistants(of: fixture.account, page: PageRequest(anchor, size: 2))
                met.append(page.items.map(\.details.name))
                guard let next = page.neighbors.next else { break }
                anchor = .after(next)
            }
            #expect(met == [["1", "2"], ["3", "4"], ["5"]])
            let last = try await store.assistants(of: fixture.account, page: PageRequest(anchor, size: 2))
            let previous = try #require(last.neighbors.previous)
            let back = try await store.assistants(of: fixture.account, page: PageRequest(.before(previous), size: 2))
            #expect(back.items.map(\.details.name) == ["3", "4"])
            #expect(back.neighbors.previous != nil && back.neighbors.next != nil)
        },
        StoreConformance("a deleted assistant is gone, and its transcripts stay") { store in
            let fixture = try await Fixture(store)
            let assistant = try await fixture.createAssistant("one")
            let draft = MessageDraft(role: .user, content: .empty, assistantID: assistant.id)
            _ = try await fixture.append([draft], to: "s")
            try await store.delete(assistant.id, in: fixture.account)
            await Refusal.notFound(.assistant).expect {
                _ = try await store.assistant(assistant.id, in: fixture.account)
            }
            await Refusal.notFound(.assistant).expect { try await store.delete(assistant.id, in: fixture.account) }
            #expect(try await fixture.rows(of: "s").map(\.assistantID) == [assistant.id.text])
            #expect(try await fixture.append([.number(1)], to: "s").map(\.assistantID) == [assistant.id])
        },
        StoreConformance("another account's assistant can be neither read, changed nor deleted") { store in
            let fixture = try await Fixture(store)
            let theirs = try await fixture.neighbor().createAssistant("theirs")
            await Refusal.notFound(.assistant).expect { _ = try await store.assistant(theirs.id, in: fixture.account) }
            await Refusal.notFound(.assistant).expect { try await store.delete(theirs.id, in: fixture.account) }
            await Refusal.notFound(.assistant).expect {
                _ = try await store.update(theirs.id, in: fixture.account, at: .now) { $0.name = "ours" }
            }
            #expect(try await store.assistant(theirs.id, in: theirs.account).details.name == "theirs")
        },
    ]
}

extension Fixture {
    func createAssistant(_ name: String) async throws -> Assistant {
        let assistant = Assistant(AssistantDetails(name: name), in: account, at: Self.defaults.date)
        try await store.create(assistant)
        return assistant
    }
}
