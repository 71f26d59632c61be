import AssistantsStore
import NIOHTTP1
import Secrets
import TestSupport
import Testing
import UnderstudyServer

@testable import AssistantsAPI

@Suite("Asking for a page again")
struct ConditionalTests {
    private let list = "/v1/Sessions/s/Messages?PageSize=3"

    private func tag(_ server: TestServer, _ uri: String, headers: HTTPHeaders = [:]) async throws -> String {
        let answer = try await server.send(uri, headers: headers)
        #expect(answer.status == 200)
        #expect(answer.header("cache-control") == "private, no-cache")
        return try #require(answer.header("etag"))
    }

    @Test(
        "who has a page already gets 304 and no body, however the tag is written",
        arguments: ["*", "TAG", "W/TAG", "\"other\", TAG", "TAG,\"other\"", " \t W/TAG \t ,"],
        [HTTPMethod.GET, .HEAD]
    )
    func matches(_ condition: String, _ method: HTTPMethod) async throws {
        // Whether the page is kept or not.
        for pageCacheSize in [0, 1 << 20] {
            let server = try await TestServer { $0.api.pageCacheSize = pageCacheSize }
            try await server.fill("s", count: 10)
            let tag = try await tag(server, list)
            for _ in 1...3 {
                let answer = try await server.send(
                    list,
                    method: method,
                    headers: ["If-None-Match": condition.replacing("TAG", with: tag)]
                )
                #expect(answer.status == 304)
                #expect(answer.body == "")
                #expect(answer.header("etag") == tag)
                #expect(answer.header("cache-control") == "private, no-cache")
            }
        }
    }

    @Test(
        "a client that asks again and again for a page that nobody reads is answered by the cache, until the page changes"
    )
    func polls() async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 2)
        let tag = try await tag(server, list)
        func poll() async throws -> Int { try await server.send(list, headers: ["If-None-Match": tag]).status }
        for _ in 1...2 { #expect(try await poll() == 304) }
        let hits = try #require(server.metric("understudy_page_cache_hits_total"))
        #expect(try await poll() == 304)
        #expect(server.metric("understudy_page_cache_hits_total") == hits + 1)
        let message = #"{"role":"user","content":{}}"#
        #expect(try await server.send("/v1/Sessions/s/Messages", method: .POST, body: message).status == 201)
        let changed = try await server.send(list, headers: ["If-None-Match": tag])
        #expect(changed.status == 200)
        #expect(changed.header("etag") != tag)
        #expect(try await server.page(list).messages.count == 3)
    }

    @Test(
        "who has something else gets the page",
        arguments: [
            "", ",", "\"", "\"\"", "W/", "TAG", "xTAGy", "(TAG;", "W/xTAG\"", "\"*\"", "\"a,*,b\"", "\"AAAA\"",
            "\"\(String(repeating: "A", count: 36))\"",
        ]
    )
    func matchesNot(_ condition: String) async throws {
        for pageCacheSize in [0, 1 << 20] {
            let server = try await TestServer { $0.api.pageCacheSize = pageCacheSize }
            try await server.fill("s", count: 10)
            let body = try await server.send(list).body
            // The tag without its quotes is none.
            let tag = String(try await tag(server, list).dropFirst().dropLast())
            for _ in 1...3 {
                let headers: HTTPHeaders = ["If-None-Match": condition.replacing("TAG", with: tag)]
                let answer = try await server.send(list, headers: headers)
                #expect(answer.status == 200)
                #expect(answer.body == body)
            }
        }
    }

    @Test("a tag is of one page of one account at one address, and of one state of its session")
    func isOfOnePage() async throws {
        let server = try await TestServer()
        for account in [TestServer.sid, TestServer.otherSID] {
            try await server.fill("s", count: 10, account: account)
            try await server.fill("t", count: 10, account: account)
        }
        let other = TestServer.basic(TestServer.otherSID.text, TestServer.otherToken.text)
        var tags = [
            try await tag(server, list),
            try await tag(server, list + "&x=1"),
            try await tag(server, "/v1/Sessions/s/Messages?PageSize=4"),
            try await tag(server, "/v1/Sessions/t/Messages?PageSize=3"),
            try #require(try await server.send(list, authorization: other).header("etag")),
            try await tag(
                server,
                try #require(try await server.page(list).meta.nextPageUrl?.trimmingPrefix("http://localhost"))
                    .description
            ),
        ]
        for (method, uri, body) in [
            (HTTPMethod.POST, "/v1/Sessions/s/Messages", #"{"role":"user","content":{}}"#),
            (.PUT, "/v1/Sessions/s/Messages/aia_msg_9", #"{"content":{"content":"other"}}"#),
            (.DELETE, "/v1/Sessions/s/Messages/aia_msg_9", nil),
            (.DELETE, "/v1/Sessions/s", nil),
            (.POST, "/v1/Sessions/s/Messages", #"{"role":"user","content":{}}"#),
        ] {
            let answer = try await server.send(uri, method: method, body: body)
            #expect((200...204).contains(answer.status), "\(answer.body)")
            let after = try await server.send(list, headers: ["If-None-Match": tags.joined(separator: ", ")])
            if uri == "/v1/Sessions/s" {
                #expect(after.status == 404)
                #expect(after.header("etag") == nil)
            } else {
                #expect(after.status == 200)
                tags.append(try #require(after.header("etag")))
            }
        }
        #expect(Set(tags).count == tags.count)
    }

    @Test("a tag that was altered matches nothing, and no other client is given it")
    func altered() async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 10)
        let tag = try await tag(server, list)
        let letters = Array(tag)
        for index in 1..<letters.count - 1 {
            var altered = letters
            altered[index] = letters[index] == "A" ? "B" : "A"
            let forged = String(altered)
            for _ in 1...2 {
                #expect(try await server.send(list, headers: ["If-None-Match": forged]).status == 200, "\(index)")
            }
        }
        #expect(try await server.send(list, headers: ["If-None-Match": "*"]).header("etag") == tag)
    }

    @Test("what URLs begin with is part of what a tag stands for")
    func isOfOneAddress() {
        let digests = ["http://a", "https://a", "http://b"].map {
            PageKey(account: TestServer.sid, baseURL: $0, target: list).digest(with: [], [])
        }
        #expect(Set(digests).count == 3)
    }

    @Test("a page that is kept is what it would be without, whoever writes", arguments: 1...8)
    func isTheSame(_ seed: UInt64) async throws {
        // Little room, so that pages come and go, and some grow too large for it.
        let server = try await TestServer { $0.api.pageCacheSize = 80_000 }
        let other = try server.otherStore()
        var generator = SeededGenerator(seed: seed)
        var uris = ["/v1/Sessions/s/Messages", "/v1/Sessions/t/Messages", "/v1/Sessions/u/Messages?PageSize=2"]
        var tags: [String: (tag: String, body: String)] = [:]
        for step in 0..<400 {
            let session = ["s", "t", "u"].randomElement(using: &generator) ?? "s"
            let reference = SessionReference(session)
            let draft = MessageDraft(role: .user, content: try JSONObject(#"{"content":"\#(step)"}"#))
            let id = MessageID(unchecked: "aia_msg_\(step / 10)")
            let date = Timestamp(microseconds: Int64(step) * 1_000_000)
            switch Int.random(in: 0..<12, using: &generator) {
            case 0:
                _ = try await other.append(
                    [draft],
                    to: reference,
                    in: TestServer.sid,
                    defaults: MessageDefaults(assistantName: "T"),
                    once: nil
                )
            case 1:
                _ = try? await other.update(
                    id,
                    of: reference,
                    in: TestServer.sid,
                    with: MessageChanges(meta: draft.content),
                    at: date
                )
            case 2:
                try? await server.store.delete(id, of: reference, in: TestServer.sid)
            case 3 where step % 5 == 0:
                try? await other.delete(reference, in: TestServer.sid)
            case 4 where step % 3 == 0:
                try await server.fill(session, count: step / 10 + 1)
            default:
                let uri = uris.randomElement(using: &generator) ?? ""
                let fresh = try await server.send(uri, isCacheUsed: false)
                let known = tags[uri]
                // Without the condition, what is kept is sent, and not only compared with what the client has.
                let isConditional = Bool.random(using: &generator)
                let answer = try await server.send(
                    uri,
                    headers: isConditional ? known.map { ["If-None-Match": $0.tag] } ?? [:] : [:]
                )
                #expect(answer.header("etag") == fresh.header("etag"))
                if answer.status == 304 {
                    #expect(known?.body == fresh.body)
                } else {
                    #expect(answer.status == fresh.status)
                    #expect(answer.body == fresh.body)
                }
                if let tag = fresh.header("etag") {
                    tags[uri] = (tag, fresh.body)
                    let next = try fresh.decode(ListedPage.self).meta.nextPageUrl
                    if let next, uris.count < 30 { uris.append(String(next.trimmingPrefix("http://localhost"))) }
                }
            }
        }
    }
}
