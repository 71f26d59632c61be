import AssistantsStore
import NIOHTTP1
import Replies
import Secrets
import TestSupport
import Testing
import UnderstudyServer

@testable import AssistantsAPI

@Suite("Sending messages to assistants")
struct SendTests {
    private struct Sent: Decodable {
        let status: String
        let flagged: Bool
        let aborted: Bool
        let sessionId: String
        let accountSid: String
        let body: String
        let error: String
    }

    private struct Made: Decodable {
        let id: String
    }

    /// A server with an assistant, and the path that messages to it are sent to.
    private func start(
        model: Model = Model(name: Model.echo, server: nil),
        callbackOptions: CallbackOptions = CallbackOptions()
    ) async throws -> (server: TestServer, path: String) {
        let server = try await TestServer {
            $0.model = model
            $0.callbacks = callbackOptions
        }
        let made = try await server.send("/v1/Assistants", method: .POST, body: #"{"name":"Ann"}"#).decode(Made.self)
        return (server, "/v1/Assistants/\(made.id)/Messages")
    }

    private func messages(of session: String, on server: TestServer) async throws -> String {
        try await server.send("/v1/Sessions/\(session)/Messages").body
    }

    @Test("a receiver that hangs is given the time of an attempt, and asked again after growing delays")
    func hangingReceiver() async throws {
        var options = CallbackOptions()
        options.addresses = CallbackAddresses(allowsPrivate: true)
        options.attemptTime = .seconds(1)
        options.firstDelay = .seconds(1.5)
        let receiver = try await WebhookReceiver(answers: [nil, 500, 200])
        let (server, path) = try await start(callbackOptions: options)
        let body = #"{"identity":"user_id:alice","body":"Hello","webhook":"http://127.0.0.1:\#(receiver.port)/a b"}"#
        #expect(try await server.send(path, method: .POST, body: body).status == 202)
        let requests = try await receiver.wait(for: 3)
        try #require(requests.count == 3)
        #expect(requests.map(\.target) == ["/a%20b", "/a%20b", "/a%20b"])
        let waits = zip(requests, requests.dropFirst()).map { $1.time - $0.time }
        // The first has the time of the attempt before it. The sender may take a second to look again.
        #expect(waits[0] > .seconds(2.2) && waits[0] < .seconds(5.8))
        #expect(waits[1] > .seconds(2.4) && waits[1] < .seconds(6.6))
        for _ in 1...100 where try await !server.store.callbacks().isEmpty {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try await server.store.callbacks().isEmpty)
        #expect(receiver.requests.count == 3)
    }

    @Test("a message is answered with the reply, and both are listed")
    func reply() async throws {
        let (server, path) = try await start()
        let body = #"{"identity":"user_id:alice","body":"Hello \"é\"\n","session_id":"s/1","unknown":7}"#
        let answer = try await server.send(path, method: .POST, body: body)
        #expect(answer.status == 200)
        let sent = try answer.decode(Sent.self)
        #expect(sent.status == "success" && sent.error.isEmpty && !sent.flagged && !sent.aborted)
        #expect(sent.body == "Hello \"é\"\n")
        #expect(sent.sessionId == "s/1")
        #expect(sent.accountSid == TestServer.sid.text)
        let listed = try await messages(of: "s/1", on: server)
        #expect(listed.contains(#""role":"user","content":{"content":"Hello \"é\"\n"},"meta":{}"#))
        #expect(
            listed.contains(
                #""role":"assistant","content":{"content":"Hello \"é\"\n","output":"Hello \"é\"\n"},"meta":{}"#
            )
        )
        #expect(listed.contains(#""identity":"user_id:alice""#))
    }

    @Test("without a session's name a new session is made; keys may be in camel case")
    func sessions() async throws {
        let (server, path) = try await start()
        let body = #"{"identity":"user_id:alice","body":"Hello","session_id":null,"webhook":null,"mode":null}"#
        let first = try await server.send(path, method: .POST, body: body).decode(Sent.self)
        let second = try await server.send(path, method: .POST, body: body).decode(Sent.self)
        #expect(first.sessionId.hasPrefix("aia_sess_") && first.sessionId != second.sessionId)
        let camel = #"{"identity":"user_id:alice","body":"Hello","sessionId":"\#(first.sessionId)","mode":"voice"}"#
        #expect(try await server.send(path, method: .POST, body: camel).decode(Sent.self).sessionId == first.sessionId)
        #expect(try await server.page("/v1/Sessions/\(first.sessionId)/Messages").ids.count == 4)
    }

    @Test(
        "with a webhook the answer comes at once, and the session's id has a prefix",
        arguments: [("a/b", "webhook:a/b"), ("webhook:a", "webhook:a"), ("voice:CA1", "voice:CA1")]
    )
    func webhook(_ name: String, _ id: String) async throws {
        let (server, path) = try await start()
        let body = #"{"identity":"user_id:a","body":"b","session_id":"\#(name)","webhook":"https://example.invalid/x"}"#
        let answer = try await server.send(path, method: .POST, body: body)
        #expect(answer.status == 202)
        let sent = try answer.decode(Sent.self)
        #expect(sent.sessionId == id)
        #expect(sent.status == "queued" && sent.body.isEmpty)
        // A reader sees what it wrote.
        #expect(try await messages(of: name, on: server).contains(#""role":"user""#))
    }

    @Test("with no model, sending says how to configure one, the message stays, and the next one works")
    func noModel() async throws {
        let (server, path) = try await start(model: Model(name: "", server: nil))
        for count in 1...2 {
            let body = #"{"identity":"user_id:a","body":"b","session_id":"s"}"#
            let answer = try await server.send(path, method: .POST, body: body)
            #expect(answer.status == 200)
            let sent = try answer.decode(Sent.self)
            #expect(sent.status == "failed" && sent.body.isEmpty)
            #expect(sent.error.contains("--model-url"))
            #expect(try await server.page("/v1/Sessions/s/Messages").ids.count == count)
        }
    }

    @Test("the same key and body are done once, and answered with the first answer")
    func idempotency() async throws {
        let (server, path) = try await start()
        for webhook in ["null", #""https://example.invalid/x""#] {
            let body = #"{"identity":"user_id:a","body":"b","webhook":\#(webhook)}"#
            let headers: HTTPHeaders = ["Idempotency-Key": webhook]
            let first = try await server.send(path, method: .POST, headers: headers, body: body)
            let second = try await server.send(path, method: .POST, headers: headers, body: body)
            #expect(second.body == first.body && second.status == first.status)
            #expect(second.header("idempotent-replayed") == "true")
            let other = try await server.send(path, method: .POST, headers: headers, body: body + " ")
            #expect(other.status == 400)
        }
    }

    @Test("an assistant that is not there, or another account's, is a 404")
    func unknown() async throws {
        let (server, path) = try await start()
        let body = #"{"identity":"user_id:a","body":"b","session_id":"s"}"#
        let other = TestServer.basic(TestServer.otherSID.text, TestServer.otherToken.text)
        #expect(try await server.send(path, method: .POST, body: body, authorization: other).status == 404)
        let nobody = try await server.send("/v1/Assistants/aia_asst_1/Messages", method: .POST, body: body)
        #expect(nobody.status == 404)
        #expect(try nobody.decode(ErrorBody.self).code == 20404)
        #expect(try await server.send("/v1/Sessions/s").status == 404)
        #expect(try await server.send(path).status == 405)
    }

    @Test(
        "a bad body is refused with what is wrong, and nothing is stored",
        arguments: [
            ("", "not a JSON object"), ("[]", "not a JSON object"), (#"{"body":"b"}"#, "has no \"identity\""),
            (#"{"identity":"user_id:a"}"#, "has no \"body\""),
            (#"{"identity":"alice","body":"b"}"#, "a trait, a colon"),
            (#"{"identity":"user_id:a","body":""}"#, "1 byte"),
            (#"{"identity":"user_id:a","body":7}"#, "must be a string"),
            (#"{"identity":"user_id:a","body":"b","mode":"fax"}"#, "one of chat, email, voice"),
            (#"{"identity":"user_id:a","body":"b","session_id":""}"#, "1 to 1008 bytes"),
            (#"{"identity":"user_id:a","body":"b\u0000"}"#, "NUL"),
            (#"{"identity":"user_id:a","body":"\ud800"}"#, "surrogate"),
            (#"{"identity":"user_id:a","body":"b","webhook":"ftp://example.com/"}"#, "http or https"),
            (#"{"identity":"user_id:a","body":"b","webhook":"example.com"}"#, "http or https"),
            (#"{"identity":"user_id:a","body":"b","webhook":""}"#, "http or https"),
            (#"{"identity":"user_id:a","body":"b","webhook":"http://u:p@example.com/"}"#, "user"),
            (#"{"identity":"user_id:a","body":"b","webhook":"http://127.0.0.1/"}"#, "private"),
            (#"{"identity":"user_id:a","body":"b","x":\#(String(repeating: "[", count: 10_000))}"#, "deeper"),
        ]
    )
    func badBody(_ body: String, _ reason: String) async throws {
        let (server, path) = try await start()
        let answer = try await server.send(path, method: .POST, body: body)
        #expect(answer.status == 400)
        let error = try answer.decode(ErrorBody.self)
        #expect(error.code == 20001)
        #expect(error.message.contains(reason), "\(error.message)")
        #expect(try await server.send("/v1/Sessions").body.hasPrefix(#"{"sessions":[]"#))
    }

    @Test("a body of more than 1 MiB is refused")
    func tooLarge() async throws {
        let (server, path) = try await start()
        let body = #"{"identity":"user_id:a","body":"\#(String(repeating: "b", count: 1 << 20))"}"#
        #expect(try await server.send(path, method: .POST, body: body).status == 413)
    }
}
