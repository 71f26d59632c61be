import NIOHTTP1
import Testing

@testable import AssistantsAPI

@Suite("Changing and deleting messages and sessions")
struct EditingTests {
    private static let list = "/v1/Sessions/s/Messages"
    private static let second = "\(list)/aia_msg_2"

    private func server() async throws -> TestServer {
        let server = try await TestServer()
        try await server.fill("s", count: 3)
        return server
    }

    @Test("one message is answered as it is listed")
    func fetch() async throws {
        let server = try await server()
        let listed = try await server.send(Self.list + "?PageSize=1").body
        let message = try await server.send("\(Self.list)/aia_msg_1")
        #expect(message.status == 200)
        #expect(listed.hasPrefix(#"{"messages":["# + message.body + "]"))
    }

    @Test("PUT changes content and meta alone, and answers with the message as it is then listed")
    func update() async throws {
        let server = try await server()
        let before = try await server.send(Self.second).body
        let changed = try await server.send(
            Self.second,
            method: .PUT,
            body: #"{"content":{"a" : 1.0},"meta":null}"#
        )
        #expect(changed.status == 200)
        #expect(changed.body.contains(#""content":{"a" : 1.0},"meta":{}"#))
        #expect(changed.body != before)
        #expect(try await server.send(Self.second).body == changed.body)
        #expect(try await server.page(Self.list).ids == ["aia_msg_1", "aia_msg_2", "aia_msg_3"])
    }

    @Test("PUT drops line breaks between tokens, and never dates a change before the message")
    func normalizedUpdate() async throws {
        let server = try await server()
        let future = #"{"role":"user","content":{},"date_created":"2999-01-01T00:00:00Z"}"#
        let appended = try await server.send(Self.list, method: .POST, body: future).decode(ListedPage.Message.self)
        let changed = try await server.send(
            "\(Self.list)/\(appended.id)",
            method: .PUT,
            body: "{\"meta\":{\r\n\"a\" :\n1},\"content\":{\n}}"
        )
        #expect(changed.body.contains(#""content":{},"meta":{"a" :1},"#))
        #expect(try await server.contents(of: "s").last == "{}")
        #expect(
            changed.body.contains(#""date_created":"2999-01-01T00:00:00Z","date_updated":"2999-01-01T00:00:00Z""#)
        )
    }

    @Test(
        "a bad change is refused, and changes nothing",
        arguments: [
            ("", "not a JSON object"), ("[]", "not a JSON object"), ("{}", "nothing to change"),
            (#"{"content":null}"#, "nothing to change"), (#"{"content":"text"}"#, "must be an object"),
            (#"{"meta":{"a":{"b":1e400}}}"#, "the number of \"b\" must be within the range of a double"),
            (#"{"role":"user"}"#, "allowed: content, meta"), (#"{"meta":{"a":"\u0000"}}"#, "NUL"),
        ]
    )
    func badUpdate(_ body: String, _ reason: String) async throws {
        let server = try await server()
        let before = try await server.send(Self.second).body
        let answer = try await server.send(Self.second, method: .PUT, body: body)
        #expect(answer.status == 400)
        #expect(try answer.decode(ErrorBody.self).message.contains(reason), "\(answer.body)")
        #expect(try await server.send(Self.second).body == before)
    }

    @Test("DELETE of a message answers 204 without a body, and 404 from then on; other messages stay")
    func delete() async throws {
        let server = try await server()
        let page = try await server.page(Self.list + "?PageSize=2")
        let deleted = try await server.send(Self.second, method: .DELETE)
        #expect(deleted.status == 204)
        #expect(deleted.body.isEmpty)
        for method in [HTTPMethod.GET, .DELETE] {
            #expect(try await server.send(Self.second, method: method).status == 404)
        }
        #expect(try await server.send(Self.second, method: .PUT, body: #"{"meta":{}}"#).status == 404)
        #expect(try await server.page(Self.list).ids == ["aia_msg_1", "aia_msg_3"])
        // The next page, by a token that points at what was deleted.
        let next = try #require(page.meta.nextPageUrl)
        #expect(try await server.page(next).ids == ["aia_msg_3"])
    }

    @Test("DELETE of a session answers 204, and the session and its messages are gone")
    func deleteSession() async throws {
        let server = try await server()
        #expect(try await server.send("/v1/Sessions/s", method: .DELETE).status == 204)
        for path in ["/v1/Sessions/s", Self.list, Self.second] {
            #expect(try await server.send(path).status == 404)
        }
        #expect(try await server.send("/v1/Sessions/s", method: .DELETE).status == 404)
    }
}
