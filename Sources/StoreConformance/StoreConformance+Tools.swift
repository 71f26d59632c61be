import AssistantsStore
import Testing

extension StoreConformance {
    static let tools = [
        StoreConformance("a tool and its policies are kept as they were made and changed") { store in
            let fixture = try await Fixture(store)
            let tool = try await fixture.createTool("one", policy: .create(.init(.empty)))
            #expect(try await store.fetch(Tool.self, tool.id, in: fixture.account) == tool)
            let policy = try #require(try await fixture.policies(of: tool.id).first)
            let date = Timestamp(microseconds: tool.dateCreated.microseconds + 5)
            let changed = try await store.perform(
                ToolUpdate(
                    of: tool.id,
                    in: fixture.account,
                    at: date,
                    attachingTo: nil,
                    policy: .change(policy.id) { details in
                        (details.name, details.description, details.type) = ("é", "d", "t")
                        details.content = JSONObject(unchecked: #"{"a":1}"#)
                    }
                ) { details in
                    details.name = "é"
                    details.description = "What it does."
                    (details.isEnabled, details.requiresAuth) = (false, true)
                    details.meta = JSONObject(unchecked: #"{ "url":"https://example.com" }"#)
                }
            )
            #expect(changed.details.name == "é" && changed.dateUpdated == date)
            #expect(try await store.fetch(Tool.self, tool.id, in: fixture.account) == changed)
            let policies = try await fixture.policies(of: tool.id)
            #expect(policies.map(\.id) == [policy.id])
            #expect(policies.first?.details.type == "t" && policies.first?.details.content.text == #"{"a":1}"#)
            #expect(policies.first?.dateUpdated == date && policies.first?.dateCreated == policy.dateCreated)
        },
        StoreConformance("an assistant has the tools that were attached to it, in that order, each once") { store in
            let fixture = try await Fixture(store)
            let (ann, bob) = (try await fixture.createAssistant("Ann"), try await fixture.createAssistant("Bob"))
            var tools: [Tool] = []
            for number in 1...5 { tools.append(try await fixture.createTool("\(number)")) }
            for index in [3, 0, 4, 1, 0, 3] { try await fixture.setAttached(true, tools[index], to: ann) }
            try await fixture.setAttached(true, tools[0], to: bob)
            #expect(try await fixture.tools(of: ann.id, size: 2) == ["4", "1", "5", "2"])
            #expect(try await fixture.tools(of: bob.id, size: 2) == ["1"])
            for _ in 1...2 { try await fixture.setAttached(false, tools[0], to: ann) }
            #expect(try await fixture.tools(of: ann.id, size: 10) == ["4", "5", "2"])
            #expect(try await fixture.tools(of: bob.id, size: 10) == ["1"])
            // Attached again, it is the last.
            try await fixture.setAttached(true, tools[0], to: ann)
            #expect(try await fixture.tools(of: ann.id, size: 10) == ["4", "5", "2", "1"])
            try await store.delete(Tool.self, tools[4].id, in: fixture.account)
            #expect(try await fixture.tools(of: ann.id, size: 10) == ["4", "2", "1"])
            try await store.delete(ann.id, in: fixture.account)
            #expect(try await fixture.tools(of: ann.id, size: 10) == [])
            #expect(try await fixture.tools(of: bob.id, size: 10) == ["1"])
            let page = PageRequest<ToolCursor>(.first, size: 10)
            let left = try await store.list(Tool.self, of: fixture.account, owner: nil, page: page)
            #expect(left.items.map(\.details.name) == ["1", "2", "3", "4"])
        },
        StoreConformance("the pages of an assistant's tools lead both ways, and end where they are long") { store in
            let fixture = try await Fixture(store)
            let assistant = try await fixture.createAssistant("Ann")
            for number in 1...20 { _ = try await fixture.createTool("\(number)", attachedTo: assistant.id) }
            func page(
                _ anchor: PageRequest<ToolAttachmentCursor>.Anchor,
                bytes: Int = 1 << 20
            ) async throws -> Page<Tool, ToolAttachmentCursor> {
                let request = PageRequest(anchor, size: 18, budget: PageBudget(bytes: bytes))
                return try await store.items(
                    ToolAttachment.self,
                    attachedTo: assistant.id,
                    in: fixture.account,
                    page: request
                )
            }
            let first = try await page(.first)
            #expect(first.items.map(\.details.name) == (1...18).map { "\($0)" })
            let next = try await page(.after(try #require(first.neighbors.next)))
            #expect(next.items.map(\.details.name) == ["19", "20"] && next.neighbors.next == nil)
            let previous = try await page(.before(try #require(next.neighbors.previous)))
            #expect(previous.items == first.items && previous.neighbors.previous == nil)
            let short = try await page(.first, bytes: 1)
            #expect(short.items.map(\.details.name) == ["1"])
            let second = try await page(.after(try #require(short.neighbors.next)), bytes: 1)
            #expect(second.items.map(\.details.name) == ["2"])
        },
        StoreConformance("nothing is attached that is not there, or another's") { store in
            let fixture = try await Fixture(store)
            let other = try await fixture.neighbor()
            let (ann, theirs) = (try await fixture.createAssistant("Ann"), try await other.createAssistant("theirs"))
            let (tool, theirTool) = (try await fixture.createTool("1"), try await other.createTool("2"))
            for isAttached in [true, false] {
                await Refusal.notFound(.assistant).expect {
                    try await fixture.setAttached(isAttached, tool, to: theirs)
                }
                await Refusal.notFound(.tool).expect { try await fixture.setAttached(isAttached, theirTool, to: ann) }
            }
            await Refusal.notFound(.assistant).expect {
                _ = try await fixture.createTool("3", attachedTo: theirs.id)
            }
            await Refusal.notFound(.assistant).expect {
                let update = ToolUpdate(
                    of: tool.id,
                    in: fixture.account,
                    at: .now,
                    attachingTo: theirs.id,
                    policy: nil
                ) { $0.name = "changed" }
                _ = try await store.perform(update)
            }
            await Refusal.notFound(.tool).expect {
                let update = ToolUpdate(
                    of: theirTool.id,
                    in: fixture.account,
                    at: .now,
                    attachingTo: nil,
                    policy: nil
                ) { $0.name = "changed" }
                _ = try await store.perform(update)
            }
            await Refusal.notFound(.tool).expect {
                try await store.delete(Tool.self, theirTool.id, in: fixture.account)
            }
            // What was refused has left nothing.
            #expect(try await fixture.allTools() == ["1"])
            #expect(try await other.allTools() == ["2"])
            #expect(try await fixture.tools(of: ann.id, size: 10) == [])
        },
        StoreConformance("a policy is its tool's, and goes with it") { store in
            let fixture = try await Fixture(store)
            let (one, two) = (
                try await fixture.createTool("1", policy: .create(.init(.empty))),
                try await fixture.createTool("2", policy: .create(.init(.empty)))
            )
            let policy = try #require(try await fixture.policies(of: one.id).first)
            await Refusal.notFound(.policy).expect { try await fixture.apply(.change(policy.id) { _ in }, to: two) }
            await Refusal.notFound(.policy).expect {
                _ = try await fixture.createTool("3", policy: .change(policy.id) { _ in })
            }
            #expect(try await fixture.allTools() == ["1", "2"])
            try await fixture.apply(.create(.init(.empty)), to: two)
            let page = PageRequest<PolicyCursor>(.first, size: 10)
            let all = try await store.list(Policy.self, of: fixture.account, owner: nil, page: page).items
            #expect(all.map(\.tool) == [one.id, two.id, two.id])
            #expect(try await fixture.policies(of: two.id).count == 2)
            try await store.delete(Tool.self, two.id, in: fixture.account)
            #expect(try await fixture.policies(of: two.id).isEmpty)
            #expect(try await fixture.policies(of: one.id) == [policy])
        },
        StoreConformance("no assistant has more than 128 tools, and no tool more than 100 policies") { store in
            let fixture = try await Fixture(store)
            let assistant = try await fixture.createAssistant("Ann")
            var tool = try await fixture.createTool("0", attachedTo: assistant.id)
            for number in 1..<ToolAttachment.maximumCount {
                tool = try await fixture.createTool("\(number)", attachedTo: assistant.id)
            }
            await Refusal.tooMany(.toolAttachment).expect {
                _ = try await fixture.createTool("more", attachedTo: assistant.id)
            }
            // It has that one already.
            try await fixture.setAttached(true, tool, to: assistant)
            #expect(try await fixture.tools(of: assistant.id, size: 1_000).count == ToolAttachment.maximumCount)
            for _ in 0..<Policy.maximumCount { try await fixture.apply(.create(.init(.empty)), to: tool) }
            await Refusal.tooMany(.policy).expect { try await fixture.apply(.create(.init(.empty)), to: tool) }
            #expect(try await fixture.policies(of: tool.id).count == Policy.maximumCount)
        },
        StoreConformance("no assistant has more than 128 tools, though several are attached at once") { store in
            let fixture = try await Fixture(store)
            let assistant = try await fixture.createAssistant("Ann")
            for number in 1..<ToolAttachment.maximumCount {
                _ = try await fixture.createTool("\(number)", attachedTo: assistant.id)
            }
            var tools: [Tool] = []
            for number in 0..<10 { tools.append(try await fixture.createTool("more \(number)")) }
            let attached = await withTaskGroup { group in
                for tool in tools {
                    group.addTask { (try? await fixture.setAttached(true, tool, to: assistant)) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(attached == 1)
            #expect(try await fixture.tools(of: assistant.id, size: 1_000).count == ToolAttachment.maximumCount)
        },
        StoreConformance("a tool with an idempotency key is created once") { store in
            let fixture = try await Fixture(store)
            let assistant = try await fixture.createAssistant("Ann")
            func create() async throws -> IdempotentResult<Tool> {
                let tool = Tool(ToolDetails(name: "1", type: "WEBHOOK", isEnabled: true), in: fixture.account)
                let request = IdempotentRequest(key: "k", digest: [1])
                let once = IdempotentWrite<Tool>(request) { StoredAnswer(status: 201, body: Array($0.id.text.utf8)) }
                return try await store.perform(
                    ToolCreation(tool, attachedTo: assistant.id, policy: .create(.init(.empty)), once: once)
                )
            }
            guard case .done(let tool) = try await create() else { return #expect(Bool(false)) }
            guard case .replayed(let answer) = try await create() else { return #expect(Bool(false)) }
            #expect(answer.body == Array(tool.id.text.utf8))
            #expect(try await fixture.allTools() == ["1"])
            #expect(try await fixture.tools(of: assistant.id, size: 10) == ["1"])
        },
        StoreConformance(
            "attachments and tools that are changed at once lose no change, and no transaction waits forever"
        ) { store in
            let fixture = try await Fixture(store)
            let assistants = [try await fixture.createAssistant("Ann"), try await fixture.createAssistant("Bob")]
            let tools = [try await fixture.createTool("1"), try await fixture.createTool("2")]
            try await withThrowingTaskGroup { group in
                for number in 0..<40 {
                    let (tool, assistant) = (tools[number % 2], assistants[number / 2 % 2])
                    group.addTask {
                        let update = ToolUpdate(
                            of: tool.id,
                            in: fixture.account,
                            at: .now,
                            attachingTo: assistant.id,
                            policy: nil
                        ) { $0.description += "x" }
                        switch number % 3 {
                        case 0: try await fixture.setAttached(true, tool, to: assistant)
                        case 1: _ = try await store.perform(update)
                        default: try await fixture.setAttached(false, tool, to: assistant)
                        }
                    }
                }
                try await group.waitForAll()
            }
            for assistant in assistants {
                for tool in tools { try await fixture.setAttached(true, tool, to: assistant) }
                #expect(try await fixture.tools(of: assistant.id, size: 10).sorted() == ["1", "2"])
            }
            let page = PageRequest<ToolCursor>(.first, size: 10)
            let stored = try await store.list(Tool.self, of: fixture.account, owner: nil, page: page).items
            #expect(stored.reduce(0) { $0 + $1.details.description.count } == 13)
        },
    ]
}

extension Fixture {
    func createTool(
        _ name: String,
        attachedTo assistant: AssistantID? = nil,
        policy: PolicyChange? = nil
    ) async throws -> Tool {
        var details = ToolDetails(name: name, type: "WEBHOOK", isEnabled: true)
        details.meta = JSONObject(unchecked: #"{"url":"https://example.com/\#(name)","method":"GET"}"#)
        let tool = Tool(details, in: account, at: Self.defaults.date)
        _ = try await store.perform(ToolCreation(tool, attachedTo: assistant, policy: policy, once: nil))
        return tool
    }

    fileprivate func setAttached(_ isAttached: Bool, _ tool: Tool, to assistant: Assistant) async throws {
        try await store.perform(
            ToolAttachmentChange(of: tool.id, to: assistant.id, in: account, isAttached: isAttached, at: .now)
        )
    }

    fileprivate func apply(_ change: PolicyChange, to tool: Tool) async throws {
        let update = ToolUpdate(of: tool.id, in: account, at: .now, attachingTo: nil, policy: change) { _ in }
        _ = try await store.perform(update)
    }

    /// The names of an assistant's tools, read page by page.
    fileprivate func tools(of assistant: AssistantID, size: Int) async throws -> [String] {
        var names: [String] = []
        var anchor = PageRequest<ToolAttachmentCursor>.Anchor.first
        while true {
            let page = try await store.items(
                ToolAttachment.self,
                attachedTo: assistant,
                in: account,
                page: PageRequest(anchor, size: size)
            )
            names += page.items.map(\.details.name)
            guard let next = page.neighbors.next else { return names }
            anchor = .after(next)
        }
    }

    fileprivate func allTools() async throws -> [String] {
        let page = PageRequest<ToolCursor>(.first, size: 1_000)
        return try await store.list(Tool.self, of: account, owner: nil, page: page).items.map(\.details.name)
    }

    fileprivate func policies(of tool: ToolID) async throws -> [Policy] {
        let page = PageRequest<PolicyCursor>(.first, size: 1_000)
        return try await store.list(Policy.self, of: account, owner: .tool(tool), page: page).items
    }
}
