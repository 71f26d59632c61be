import AssistantsStore
import NIOHTTP1
import Testing

@testable import AssistantsAPI

@Suite("Idempotency keys")
struct IdempotencyTests {
    private static let list = "/v1/Sessions/s/Messages"
    private static let body = #"{"role":"user","content":{"n":1}}"#

    private func post(_ key: String?, to path: String = list, _ body: String = body, on server: TestServer) async throws
        -> Answer
    {
        let headers: HTTPHeaders = key.map { ["Idempotency-Key": $0] } ?? [:]
        return try await server.send(path, method: .POST, headers: headers, body: body)
    }

    @Test("the same key and body replay status and body", arguments: [body, #"{"messages":[\#(body),\#(body)]}"#])
    func replay(_ body: String) async throws {
        let server = try await TestServer()
        let first = try await post("k", body, on: server)
        let count = try await server.page(Self.list).ids.count
        #expect(first.status == 201)
        #expect(first.header("idempotent-replayed") == nil)
        let second = try await post("k", body, on: server)
        #expect(second.status == 201)
        #expect(second.body == first.body)
        #expect(second.header("idempotent-replayed") == "true")
        #expect(try await server.page(Self.list).ids.count == count)
        #expect(try await post("other", body, on: server).body != first.body)
        #expect(try await post(nil, body, on: server).body != first.body)
    }

    @Test("fifty posts at once with one key store one message, and all have its answer")
    func fifty() async throws {
        let server = try await TestServer()
        let answers = try await withThrowingTaskGroup { group in
            for _ in 0..<50 { group.addTask { try await post("k", on: server) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(answers.map(\.status)) == [201])
        #expect(Set(answers.map(\.body)).count == 1)
        #expect(try await server.page(Self.list).ids.count == 1)
    }

    @Test("another body or path under the same key is refused, and stores nothing")
    func reused() async throws {
        let server = try await TestServer()
        _ = try await post("k", on: server)
        for (path, body) in [
            (Self.list, #"{"role":"user","content":{"n":2}}"#), ("/v1/Sessions/t/Messages", Self.body),
        ] {
            let answer = try await post("k", to: path, body, on: server)
            #expect(answer.status == 400)
            #expect(try answer.decode(ErrorBody.self).message.contains("Idempotency-Key came before"))
        }
        #expect(try await server.page(Self.list).ids.count == 1)
    }

    @Test("a key must be 1 to 255 ASCII characters", arguments: ["", String(repeating: "k", count: 256), "é"])
    func badKey(_ key: String) async throws {
        let server = try await TestServer()
        let answer = try await post(key, on: server)
        #expect(answer.status == 400)
        #expect(try answer.decode(ErrorBody.self).message.contains("Idempotency-Key must be"))
        #expect(try await post(String(repeating: "k", count: 255), on: server).status == 201)
    }
}
