import AssistantsStore
import NIOHTTP1
import Testing

@testable import AssistantsAPI

@Suite("Appending messages")
struct AppendTests {
    private static let list = "/v1/Sessions/s/Messages"

    @Test("one message is answered as it was stored, and listed so")
    func one() async throws {
        let server = try await TestServer()
        let answer = try await server.send(
            "/v1/Sessions/conversations/a%20b/Messages",
            method: .POST,
            body:
                #"{"role":"user","content":{"z": 1.50},"identity":"user_id:bob","date_created":"2024-05-01T10:00:00Z"}"#
        )
        #expect(answer.status == 201)
        #expect(
            answer.body.contains(
                #""session_id":"conversations/a b","identity":"user_id:bob","role":"user","content":{"z": 1.50}"#
            )
        )
        let listed = try await server.send("/v1/Sessions/conversations/a%20b/Messages")
        #expect(listed.body.hasPrefix(#"{"messages":["# + answer.body + "]"))
    }

    @Test("several messages are stored in their order, all or nothing")
    func several() async throws {
        let server = try await TestServer()
        let good = (1...500).map { #"{"role":"user","content":{"n":\#($0)}}"# }
        let body = #"{"messages":[\#(good.joined(separator: ","))]}"#
        let answer = try await server.send(Self.list, method: .POST, body: body)
        #expect(answer.status == 201)
        let stored = try answer.decode(ListedMessages.self).messages.map(\.id)
        #expect(stored.count == 500)
        #expect(try await server.page(Self.list + "?PageSize=1000").ids == stored)
        let bad = #"{"messages":[{"role":"user","content":{}},{"role":"nobody","content":{}}]}"#
        #expect(try await server.send(Self.list, method: .POST, body: bad).status == 400)
        #expect(try await server.page(Self.list + "?PageSize=1000").ids == stored)
    }

    @Test("keys may be in camel case, as Node's types send them")
    func camelCase() async throws {
        let server = try await TestServer()
        let body = #"{"role":"user","content":{},"assistantId":"aia_asst_7","dateCreated":"2024-05-01T10:00:00Z"}"#
        let answer = try await server.send(Self.list, method: .POST, body: body)
        #expect(answer.body.contains(#""assistant_id":"aia_asst_7""#))
        #expect(answer.body.contains(#""date_created":"2024-05-01T10:00:00Z""#))
    }

    static let badBodies: [(String, String)] = [
        ("", "not a JSON object"), ("[]", "not a JSON object"), ("{", "not a JSON object"),
        (#"{"content":{}}"#, "has no \"role\""), (#"{"role":"user"}"#, "has no \"content\""),
        (#"{"role":"User","content":{}}"#, "one of user, assistant, tool, knowledge"),
        (#"{"role":"user","content":"text"}"#, "must be an object"), (#"{"role":7,"content":{}}"#, "must be a string"),
        (#"{"role":"user","content":{},"id":"aia_msg_1"}"#, "unknown field \"id\""),
        (#"{"role":"user","content":{},"session_id":"s"}"#, "unknown field \"session_id\""),
        (#"{"role":"user","content":{},"identity":"alice"}"#, "a trait, a colon and a value"),
        (#"{"role":"user","content":{},"date_created":"today"}"#, "a date like"),
        (#"{"role":"user","content":{},"assistant_id":"aia_asst_1","assistantId":"aia_asst_2"}"#, "two spellings"),
        (#"{"role":"user","content":{"a":"\u0000"}}"#, "NUL"),
        (#"{"role":"user","content":{"a":"\ud800"}}"#, "surrogate"),
        (#"{"role":"user","content":{"a":1,"a":1}}"#, "twice"),
        (#"{"role":"user","content":{"price":[1e400]}}"#, "the number of \"price\" must be within the range of a"),
        (#"{"messages":[{"role":"user","content":{},"meta":{"a":-1e309}}]}"#, "at byte 53"),
        (#"{"role":"user","content":{"a":\#(String(repeating: "[", count: 10_000))}}"#, "deeper"),
        (#"{"messages":{}}"#, "must be an array"), (#"{"messages":[]}"#, "1 to 500"),
        (#"{"messages":[\#(Array(repeating: "{}", count: 501).joined(separator: ","))]}"#, "1 to 500"),
        (#"{"messages":[7]}"#, "Message 1 is a number"),
        (#"{"messages":[{"role":"user","content":{}},{}]}"#, "Message 2 has no"),
        (#"{"messages":[],"role":"user"}"#, "alone"),
    ]

    @Test("a bad body is refused with what is wrong", arguments: badBodies.indices)
    func badBody(_ index: Int) async throws {
        let (body, reason) = Self.badBodies[index]
        let server = try await TestServer()
        let answer = try await server.send(Self.list, method: .POST, body: body)
        let error = try answer.decode(ErrorBody.self)
        #expect(answer.status == 400)
        #expect(error.code == 20001)
        #expect(error.message.contains(reason), "\(error.message)")
        #expect(try await server.send(Self.list).status == 404)
    }

    @Test("line breaks between tokens are dropped, and every other byte comes back as it was sent")
    func lineBreaks() async throws {
        let server = try await TestServer()
        let message = "{\r\n\"role\":\"user\",\n\"content\":\r\n\r\n{ \"a\":\t1.50,\r\n\r\n\"b\":\"\\n\"}}\n"
        for body in [message, "{\"messages\":[\r\n\(message)]}"] {
            let answer = try await server.send(Self.list, method: .POST, body: body)
            #expect(answer.status == 201)
            #expect(answer.body.contains("\"content\":{ \"a\":\t1.50,\"b\":\"\\n\"},"), "\(answer.body)")
        }
        let listed = try await server.send(Self.list).body
        #expect(listed.ranges(of: "\"content\":{ \"a\":\t1.50,\"b\":\"\\n\"},").count == 2)
        #expect(try await server.contents(of: "s") == Array(repeating: "{ \"a\":\t1.50,\"b\":\"\\n\"}", count: 2))
    }

    @Test("a body of more than 1 MiB is refused")
    func tooLarge() async throws {
        let body = #"{"role":"user","content":{"a":"\#(String(repeating: "x", count: 1 << 20))"}}"#
        let answer = try await TestServer().send(Self.list, method: .POST, body: body)
        #expect(answer.status == 413)
        #expect(try answer.decode(ErrorBody.self).code == 20001)
    }

    @Test("a session without a name cannot be made")
    func noName() async throws {
        let body = #"{"role":"user","content":{}}"#
        let answer = try await TestServer().send("/v1/Sessions//Messages", method: .POST, body: body)
        #expect(answer.status == 400)
    }

    private struct ListedMessages: Decodable {
        let messages: [ListedPage.Message]
    }
}
