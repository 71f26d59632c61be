import AssistantsStore
import Foundation
import NIOHTTP1
import Secrets
import Testing

@testable import AssistantsAPI

@Suite("Assistants")
struct AssistantsTests {
    private static let list = "/v1/Assistants"

    private struct AssistantJSON: Decodable, Equatable {
        struct CustomerAI: Decodable, Equatable {
            let perceptionEngineEnabled: Bool
            let personalizationEngineEnabled: Bool
        }

        let id: String
        let accountSid: String
        let name: String
        let owner: String
        let model: String
        let personalityPrompt: String
        let customerAi: CustomerAI
        let url: String
        let tools: [String]?
        let knowledge: [String]?
    }

    private struct Page: Decodable {
        let assistants: [AssistantJSON]
        let meta: ListedPage.Meta
    }

    private func create(_ body: String, on server: TestServer) async throws -> AssistantJSON {
        let answer = try await server.send(Self.list, method: .POST, body: body)
        #expect(answer.status == 201, "\(answer.body)")
        return try answer.decode(AssistantJSON.self)
    }

    @Test("what nobody gave has its default")
    func defaults() async throws {
        let server = try await TestServer()
        let made = try await create(#"{"name":"Ann","owner":null,"customer_ai":null}"#, on: server)
        #expect(made.name == "Ann")
        #expect(made.owner.isEmpty && made.personalityPrompt.isEmpty)
        #expect(made.model == "the configured model")
        #expect(made.customerAi == .init(perceptionEngineEnabled: false, personalizationEngineEnabled: false))
        #expect(made.accountSid == TestServer.sid.text)
        #expect(made.tools == nil && made.knowledge == nil)
        #expect(made.url == "http://localhost/v1/Assistants/\(made.id)")
        let fetched = try await server.send("\(Self.list)/\(made.id)").decode(AssistantJSON.self)
        #expect(fetched.tools == [] && fetched.knowledge == [])
    }

    @Test(
        "keys may be in snake case or camel case",
        arguments: [
            #"""
            {"name":"n","personality_prompt":"p","customer_ai":{"perception_engine_enabled":true,
            "personalization_engine_enabled":false},"segment_credential":{"profile_api_key":"hidden"},"unknown":7}
            """#,
            #"""
            {"name":"n","personalityPrompt":"p","customerAi":{"perceptionEngineEnabled":true,
            "personalizationEngineEnabled":false},"segmentCredential":{"profileApiKey":"hidden"},"unknown":7}
            """#,
        ]
    )
    func spellings(_ body: String) async throws {
        let server = try await TestServer()
        let made = try await create(body, on: server)
        #expect(made.personalityPrompt == "p")
        #expect(made.customerAi == .init(perceptionEngineEnabled: true, personalizationEngineEnabled: false))
        // The credential is kept sealed, and given to nobody.
        #expect(try await !server.send("\(Self.list)/\(made.id)").body.contains("hidden"))
        let stored = try await server.store.assistant(AssistantID(unchecked: made.id), in: TestServer.sid)
        let sealed = try #require(stored.details.sealedSegmentCredential)
        #expect(Data(sealed).range(of: Data("hidden".utf8)) == nil)
        #expect(try TestServer.sealingKey.open(sealed).text.contains("hidden"))
    }

    @Test("PUT changes what is given, and null means unchanged")
    func update() async throws {
        let server = try await TestServer()
        let made = try await create(
            #"{"name":"a","owner":"b","personality_prompt":"c","customer_ai":{"perception_engine_enabled":true}}"#,
            on: server
        )
        let path = "\(Self.list)/\(made.id)"
        let body = #"{"name":null,"owner":"B","personality_prompt":null,"customer_ai":null,"model":"m"}"#
        let answer = try await server.send(path, method: .PUT, body: body)
        #expect(answer.status == 200)
        let changed = try answer.decode(AssistantJSON.self)
        #expect([changed.name, changed.owner, changed.personalityPrompt, changed.model] == ["a", "B", "c", "m"])
        #expect(changed.customerAi == made.customerAi)
        // An empty model is the configured one again.
        let reset = try await server.send(path, method: .PUT, body: #"{"model":""}"#).decode(AssistantJSON.self)
        #expect(reset.model == "the configured model")
    }

    @Test(
        "PUT without a change is answered with the assistant as it is, however an SDK writes it",
        arguments: ["", " \r\n", "null", "\tnull ", "[]", "[ \n]", "{}"]
    )
    func noUpdate(body: String) async throws {
        let server = try await TestServer()
        let made = try await create(#"{"name":"a","owner":"b"}"#, on: server)
        for type in ["application/json", "application/x-www-form-urlencoded"] {
            let answer = try await server.send(
                "\(Self.list)/\(made.id)",
                method: .PUT,
                headers: ["Content-Type": type],
                body: body
            )
            #expect(answer.status == 200)
            let kept = try answer.decode(AssistantJSON.self)
            #expect([kept.id, kept.name, kept.owner] == [made.id, "a", "b"])
        }
    }

    @Test(
        "PUT of what is no object and not empty is refused",
        arguments: ["nul l", "[1]", "[[]]", "\"\"", "0", "[", "null null"]
    )
    func badUpdate(body: String) async throws {
        let server = try await TestServer()
        let made = try await create(#"{"name":"a"}"#, on: server)
        let answer = try await server.send("\(Self.list)/\(made.id)", method: .PUT, body: body)
        #expect(answer.status == 400)
        #expect(try answer.decode(ErrorBody.self).message.contains("not a JSON object"))
    }

    @Test("DELETE answers 204, and 404 from then on")
    func delete() async throws {
        let server = try await TestServer()
        let path = "\(Self.list)/\(try await create(#"{"name":"a"}"#, on: server).id)"
        #expect(try await server.send(path, method: .DELETE).status == 204)
        #expect(try await server.send(path).status == 404)
        #expect(try await server.send(path, method: .DELETE).status == 404)
        #expect(try await server.send(path, method: .PUT, body: "{}").status == 404)
    }

    @Test("the list is a list like every other, and another account's assistants are not in it")
    func list() async throws {
        let server = try await TestServer()
        for name in ["a", "b", "c"] { _ = try await create(#"{"name":"\#(name)"}"#, on: server) }
        let first = try await server.send(Self.list + "?PageSize=2").decode(Page.self)
        #expect(first.assistants.map(\.name) == ["a", "b"])
        #expect(first.meta.key == "assistants")
        let next = try #require(first.meta.nextPageUrl?.trimmingPrefix("http://localhost"))
        let second = try await server.send(String(next)).decode(Page.self)
        #expect(second.assistants.map(\.name) == ["c"])
        #expect(second.meta.nextPageUrl == nil && second.meta.previousPageUrl != nil)
        let other = TestServer.basic(TestServer.otherSID.text, TestServer.otherToken.text)
        #expect(try await server.send(Self.list, authorization: other).decode(Page.self).assistants.isEmpty)
        let url = try #require(first.assistants.first?.url.trimmingPrefix("http://localhost"))
        #expect(try await server.send(String(url), authorization: other).status == 404)
        // A token of another list is refused.
        #expect(try await server.send("/v1/Sessions?" + next.split(separator: "?")[1]).status == 400)
    }

    @Test(
        "a bad body is refused with what is wrong",
        arguments: [
            ("", "not a JSON object"), ("{}", "has no \"name\""), (#"{"name":null}"#, "has no \"name\""),
            (#"{"name":""}"#, "1 to 1024 bytes"), (#"{"name":7}"#, "must be a string"),
            (#"{"name":"a","customer_ai":true}"#, "must be an object"),
            (#"{"name":"a","customer_ai":{"perception_engine_enabled":"yes"}}"#, "perception_engine_enabled"),
            (#"{"name":"a","segment_credential":{"write_key":7}}"#, "write_key"),
            (#"{"name":"a","personality_prompt":"a","personalityPrompt":"b"}"#, "two spellings"),
            (#"{"name":"a\u0000"}"#, "NUL"),
        ]
    )
    func badBody(_ body: String, _ reason: String) async throws {
        let server = try await TestServer()
        let answer = try await server.send(Self.list, method: .POST, body: body)
        #expect(answer.status == 400)
        #expect(try answer.decode(ErrorBody.self).message.contains(reason), "\(answer.body)")
        #expect(try await server.send(Self.list).decode(Page.self).assistants.isEmpty)
    }

    @Test(
        "what is no assistant is not there",
        arguments: ["aia_asst_unknown", "x", "aia_asst_a/b", "aia_asst_a/Feedbacks"]
    )
    func unknown(_ id: String) async throws {
        let answer = try await TestServer().send("\(Self.list)/\(id)")
        #expect(answer.status == 404)
        #expect(try answer.decode(ErrorBody.self).code == 20404)
    }
}
