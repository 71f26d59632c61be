import AssistantsStore
import Foundation
import NIOHTTP1
import Testing

@testable import AssistantsAPI

@Suite("Tools")
struct ToolsTests {
    private struct ToolJSON: Decodable, Equatable {
        struct PolicyJSON: Decodable, Equatable {
            let id: String
            let name: String
            let description: String
            let type: String
            let policyDetails: [String: Int]
        }

        let id: String
        let accountSid: String
        let name: String
        let type: String
        let description: String
        let enabled: Bool
        let requiresAuth: Bool
        let meta: [String: String]
        let url: String
        let policies: [PolicyJSON]?
    }

    private struct Page: Decodable {
        let tools: [ToolJSON]
        let meta: ListedPage.Meta
    }

    private struct PolicyPage: Decodable {
        let policies: [ToolJSON.PolicyJSON]
        let meta: ListedPage.Meta
    }

    private struct AssistantJSON: Decodable {
        let id: String
        let tools: [ToolJSON]?
    }

    private static let minimal = #"{"name":"weather","type":"WEBHOOK","enabled":true}"#

    private func create(_ body: String, on server: TestServer) async throws -> ToolJSON {
        let answer = try await server.send("/v1/Tools", method: .POST, body: body)
        #expect(answer.status == 201, "\(answer.body)")
        return try answer.decode(ToolJSON.self)
    }

    private func createAssistant(on server: TestServer) async throws -> String {
        let answer = try await server.send("/v1/Assistants", method: .POST, body: #"{"name":"Ann"}"#)
        return try answer.decode(AssistantJSON.self).id
    }

    @Test("what nobody gave has its default, and what was given is fetched as it was")
    func creation() async throws {
        let server = try await TestServer()
        let made = try await create(Self.minimal, on: server)
        #expect(made.id.hasPrefix("aia_tool_") && made.accountSid == TestServer.sid.text)
        #expect(made.description.isEmpty && !made.requiresAuth && made.meta.isEmpty && made.policies == nil)
        #expect(made.url == "http://localhost/v1/Tools/\(made.id)")
        let fetched = try await server.send("/v1/Tools/\(made.id)").decode(ToolJSON.self)
        #expect(fetched.policies == [])
        let body = #"""
            {"name":"é","type":"WEBHOOK","enabled":false,"requiresAuth":true,"description":"d","unknown":1,
            "meta":{"url":"https://example.com/?a=1&a=2"},"assistantId":null,
            "policy":{"name":"p","type":"t","policyDetails":{"a":1}}}
            """#
        let full = try await create(body, on: server)
        #expect(full.name == "é" && !full.enabled && full.requiresAuth && full.description == "d")
        #expect(full.meta == ["url": "https://example.com/?a=1&a=2"])
        let policies = try await server.send("/v1/Tools/\(full.id)").decode(ToolJSON.self).policies
        #expect(policies?.map(\.name) == ["p"] && policies?.first?.policyDetails == ["a": 1])
        #expect(policies?.first?.id.hasPrefix("aia_plcy_") == true)
    }

    @Test("PUT changes what is given, a policy by its id, and attaches")
    func update() async throws {
        let server = try await TestServer()
        let assistant = try await createAssistant(on: server)
        let made = try await create(
            #"{"name":"a","type":"WEBHOOK","enabled":true,"description":"d","policy":{"policy_details":{"a":1}}}"#,
            on: server
        )
        let path = "/v1/Tools/\(made.id)"
        let id = try #require(try await server.send(path).decode(ToolJSON.self).policies?.first?.id)
        let body = #"{"enabled":false,"policy":{"id":"\#(id)","name":"p"},"assistant_id":"\#(assistant)"}"#
        let answer = try await server.send(path, method: .PUT, body: body)
        #expect(answer.status == 200, "\(answer.body)")
        let changed = try await server.send(path).decode(ToolJSON.self)
        #expect(changed.name == "a" && changed.description == "d" && !changed.enabled)
        #expect(changed.policies?.map(\.name) == ["p"] && changed.policies?.first?.policyDetails == ["a": 1])
        for nothing in ["", "null", "[]", "{}"] {
            #expect(try await server.send(path, method: .PUT, body: nothing).status == 200)
        }
        #expect(try await server.send(path).decode(ToolJSON.self) == changed)
        let fetched = try await server.send("/v1/Assistants/\(assistant)").decode(AssistantJSON.self)
        #expect(fetched.tools?.map(\.id) == [made.id] && fetched.tools?.first?.policies == nil)
        // A policy may be sent back as it was read.
        let read = #"{"policy":{"id":"\#(id)","name":"","description":"","type":"","policy_details":{"a":1}}}"#
        #expect(try await server.send(path, method: .PUT, body: read).status == 200)
        // Without an id, another one.
        _ = try await server.send(path, method: .PUT, body: #"{"policy":{"policy_details":{"b":2}}}"#)
        #expect(try await server.send(path).decode(ToolJSON.self).policies?.count == 2)
    }

    @Test(
        "what is no tool is refused, and says why",
        arguments: [
            (#"{"type":"WEBHOOK","enabled":true}"#, #"The body has no "name""#),
            (#"{"name":"a","enabled":true}"#, #"The body has no "type""#),
            (#"{"name":"a","type":"WEBHOOK"}"#, #"The body has no "enabled""#),
            (
                #"{"name":"","type":"WEBHOOK","enabled":true}"#,
                #"The body has a bad "name": it must be 1 to 1024 bytes of text"#
            ),
            (
                #"{"name":"a","type":"webhook","enabled":true}"#,
                #"The body has a bad "type": it must be "WEBHOOK""#
            ),
            (
                #"{"name":"a","type":"WEBHOOK","enabled":"true"}"#,
                #"The body has a string as "enabled": it must be true or false"#
            ),
            (
                #"{"name":"a","type":"WEBHOOK","enabled":true,"meta":"{}"}"#,
                #"The body has a string as "meta": it must be an object"#
            ),
            (
                #"{"name":"a","type":"WEBHOOK","enabled":true,"assistant_id":"1"}"#,
                #"The body has a bad "assistant_id": it must be aia_asst_ and 1 to 246 more bytes"#
            ),
            (
                #"{"name":"a","type":"WEBHOOK","enabled":true,"policy":{"name":"p"}}"#,
                #"The body has a "policy" without "policy_details": give them, or the "id" of one to change"#
            ),
            (
                #"{"name":"a","type":"WEBHOOK","enabled":true,"policy":{"id":"1","policy_details":{}}}"#,
                #"The body has a bad "policy.id": it must be aia_plcy_ and 1 to 246 more bytes"#
            ),
            (
                #"{"name":"a","type":"WEBHOOK","enabled":true,"meta":{"input_schema":"{ a: strin }"}}"#,
                #"The body has a bad "meta.input_schema": character 6: the type `strin` is not known: "#
            ),
            (
                #"{"name":"a","type":"WEBHOOK","enabled":true,"meta":{"input_schema":{"type":"string"}}}"#,
                #"The body has a bad "meta.input_schema": character 1: the "type" of the JSON Schema must be "object""#
            ),
            (
                #"{"name":"a","type":"WEBHOOK","enabled":true,"meta":{"input_schema":1}}"#,
                #"The body has a number as "meta.input_schema": it must be a string"#
            ),
            ("[]", "The body is not a JSON object: "),
        ]
    )
    func refusals(_ body: String, _ message: String) async throws {
        let server = try await TestServer()
        let answer = try await server.send("/v1/Tools", method: .POST, body: body)
        #expect(answer.status == 400)
        #expect(try answer.decode(ErrorBody.self).message.hasPrefix(message), "\(answer.body)")
        let page = try await server.send("/v1/Tools").decode(Page.self)
        #expect(page.tools.isEmpty)
    }

    @Test("texts that are too long are refused, and the longest are kept")
    func lengths() async throws {
        let server = try await TestServer()
        func body(description: Int, meta: Int) -> String {
            let (text, value) = (String(repeating: "d", count: description), String(repeating: "m", count: meta - 8))
            return #"{"name":"a","type":"WEBHOOK","enabled":true,"description":"\#(text)","meta":{"a":"\#(value)"}}"#
        }
        for (description, meta) in [(4_097, 10), (10, 32_769)] {
            let answer = try await server.send(
                "/v1/Tools",
                method: .POST,
                body: body(description: description, meta: meta)
            )
            #expect(answer.status == 400)
        }
        let made = try await create(body(description: 4_096, meta: 32_768), on: server)
        #expect(made.description.count == 4_096)
    }

    @Test("what a body asks for and is not there is named")
    func missing() async throws {
        let server = try await TestServer()
        let body = #"{"name":"a","type":"WEBHOOK","enabled":true,"assistant_id":"aia_asst_0"}"#
        let answer = try await server.send("/v1/Tools", method: .POST, body: body)
        #expect(answer.status == 404)
        let error = try answer.decode(ErrorBody.self)
        #expect(error.code == 20404 && error.message == #""assistant_id": no such assistant: "aia_asst_0""#)
        let made = try await create(Self.minimal, on: server)
        let change = #"{"policy":{"id":"aia_plcy_0","policy_details":{}}}"#
        let second = try await server.send("/v1/Tools/\(made.id)", method: .PUT, body: change)
        #expect(second.status == 404)
        #expect(try second.decode(ErrorBody.self).message == #""policy.id": no such policy: "aia_plcy_0""#)
    }

    @Test("attaching and detaching, also when repeated, return 204 without a body")
    func attachments() async throws {
        let server = try await TestServer()
        let (assistant, tool) = (try await createAssistant(on: server), try await create(Self.minimal, on: server).id)
        let path = "/v1/Assistants/\(assistant)/Tools/\(tool)"
        for method in [HTTPMethod.POST, .POST, .DELETE, .DELETE] {
            let answer = try await server.send(path, method: method)
            #expect(answer.status == 204 && answer.body.isEmpty)
            let listed = try await server.send("/v1/Assistants/\(assistant)/Tools").decode(Page.self)
            #expect(listed.tools.map(\.id) == (method == .POST ? [tool] : []))
            #expect(listed.meta.key == "tools")
        }
        for other in ["/v1/Assistants/aia_asst_0/Tools/\(tool)", "/v1/Assistants/\(assistant)/Tools/aia_tool_0"] {
            for method in [HTTPMethod.POST, .DELETE] {
                #expect(try await server.send(other, method: method).status == 404)
            }
        }
        #expect(try await server.send("/v1/Assistants/aia_asst_0/Tools").status == 404)
        // What is wrong with the parameters comes first.
        #expect(try await server.send("/v1/Assistants/aia_asst_0/Tools?PageSize=0").status == 400)
    }

    @Test("each list of tools is walked by its own page tokens, and by no other's")
    func lists() async throws {
        let server = try await TestServer()
        let assistants = [try await createAssistant(on: server), try await createAssistant(on: server)]
        for number in 0..<5 {
            let tool = try await create(
                #"{"name":"\#(number)","type":"WEBHOOK","enabled":true,"policy":{"policy_details":{}}}"#,
                on: server
            )
            for assistant in assistants {
                _ = try await server.send("/v1/Assistants/\(assistant)/Tools/\(tool.id)", method: .POST)
            }
        }
        let lists = [
            "/v1/Tools?PageSize=2", "/v1/Tools?PageSize=2&AssistantId=\(assistants[0])",
            "/v1/Tools?PageSize=2&AssistantId=\(assistants[1])", "/v1/Assistants/\(assistants[0])/Tools?PageSize=2",
            "/v1/Assistants/\(assistants[1])/Tools?PageSize=2",
        ]
        var tokens: [String] = []
        for list in lists {
            var (names, url) = ([String](), Optional(list))
            while let target = url {
                let page = try await server.send(target).decode(Page.self)
                names += page.tools.map(\.name)
                url = page.meta.nextPageUrl.map { String($0.dropFirst("http://localhost".count)) }
                if names.count == 2, let next = url {
                    tokens.append(
                        try #require(URLComponents(string: next)?.queryItems?.first { $0.name == "PageToken" }?.value)
                    )
                }
            }
            #expect(names == ["0", "1", "2", "3", "4"], "\(list)")
        }
        #expect(Set(tokens).count == lists.count)
        for (index, list) in lists.enumerated() {
            for (other, token) in tokens.enumerated() {
                let answer = try await server.send("\(list)&PageToken=\(token)")
                #expect(answer.status == (index == other ? 200 : 400), "\(list) \(other)")
            }
        }
        #expect(try await server.send("/v1/Tools?AssistantId=aia_asst_0").decode(Page.self).tools.isEmpty)
        #expect(try await server.send("/v1/Tools?AssistantId=x").status == 400)
        #expect(try await server.send("/v1/Tools?ToolId=aia_tool_0").status == 400)
    }

    @Test("policies are listed, all of them and a tool's")
    func policies() async throws {
        let server = try await TestServer()
        var ids: [String] = []
        for number in 0..<3 {
            let body = #"{"name":"a","type":"WEBHOOK","enabled":true,"policy":{"policy_details":{"n":\#(number)}}}"#
            ids.append(try await create(body, on: server).id)
        }
        let all = try await server.send("/v1/Policies").decode(PolicyPage.self)
        #expect(all.policies.map(\.policyDetails) == [["n": 0], ["n": 1], ["n": 2]] && all.meta.key == "policies")
        let some = try await server.send("/v1/Policies?ToolId=\(ids[1])").decode(PolicyPage.self)
        #expect(some.policies.map(\.policyDetails) == [["n": 1]])
        for empty in ["KnowledgeId=aia_know_1", "ToolId=aia_tool_0", "ToolId=\(ids[1])&KnowledgeId=aia_know_1"] {
            #expect(try await server.send("/v1/Policies?\(empty)").decode(PolicyPage.self).policies.isEmpty)
        }
        _ = try await server.send("/v1/Tools/\(ids[1])", method: .DELETE)
        #expect(try await server.send("/v1/Policies").decode(PolicyPage.self).policies.count == 2)
    }

    @Test("a creation with an idempotency key is done once")
    func idempotency() async throws {
        let server = try await TestServer()
        let first = try await server.send(
            "/v1/Tools",
            method: .POST,
            headers: ["Idempotency-Key": "k"],
            body: Self.minimal
        )
        let again = try await server.send(
            "/v1/Tools",
            method: .POST,
            headers: ["Idempotency-Key": "k"],
            body: Self.minimal
        )
        #expect(first.status == 201 && again.status == 201 && first.body == again.body)
        #expect(try await server.send("/v1/Tools").decode(Page.self).tools.count == 1)
    }
}
