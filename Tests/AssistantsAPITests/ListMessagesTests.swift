import AssistantsStore
import Foundation
import NIOHTTP1
import Secrets
import Testing
import UnderstudyServer

@testable import AssistantsAPI

@Suite("Listing messages")
struct ListMessagesTests {
    @Test(
        "a session is reached by every way to write its id or name",
        arguments: [
            ("webhook:conversations__IS1/CH2 é", "webhook:conversations__IS1/CH2%20%C3%A9"),
            ("webhook:conversations__IS1/CH2 é", "webhook%3Aconversations__IS1%2FCH2%20%c3%a9"),
            ("webhook:conversations__IS1/CH2 é", "conversations__IS1/CH2%20%C3%A9"),
            ("voice:CA1", "CA1"),
            ("a/Messages", "a%2FMessages"),
            ("a/Messages/b", "a/Messages/b"),
            ("a/", "a/"),
            ("Messages", "Messages"),
            ("a+b", "a+b"),
            ("a%2Fb", "a%252Fb"),
            ("..", ".."),
            ("😀?#", "%F0%9F%98%80%3F%23"),
        ]
    )
    func reachesSession(_ id: String, _ path: String) async throws {
        let server = try await TestServer()
        try await server.fill(id, count: 1)
        for uri in ["/v1/Sessions/\(path)/Messages", "/v1/Sessions/\(path)/Messages/"] {
            #expect(try await server.page(uri).ids == ["aia_msg_1"])
        }
    }

    @Test("a path of two lists is the last one's")
    func lastListWins() async throws {
        let server = try await TestServer()
        try await server.fill("a", count: 1)
        try await server.fill("a/Messages", count: 2)
        try await server.fill("a/Messages/b", count: 3)
        #expect(try await server.page("/v1/Sessions/a/Messages").ids.count == 1)
        #expect(try await server.page("/v1/Sessions/a%2FMessages/Messages").ids.count == 2)
        #expect(try await server.page("/v1/Sessions/a/Messages/Messages").ids.count == 2)
        #expect(try await server.page("/v1/Sessions/a/Messages/b/Messages").ids.count == 3)
    }

    @Test("links lead forward and back over the same pages", arguments: [1, 2, 7, 50, 1_000])
    func linksLead(size: Int) async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 60)
        var page = try await server.page("/v1/Sessions/s/Messages?PageSize=\(size)&DateSent=2024-01-01")
        var pages = [page]
        while let next = page.meta.nextPageUrl {
            page = try await server.page(next)
            #expect(page.meta.page == pages.count)
            #expect(page.meta.url == next)
            pages.append(page)
        }
        #expect(pages.flatMap(\.ids) == (1...60).map { "aia_msg_\($0)" })
        for expected in pages.dropLast().reversed() {
            page = try await server.page(try #require(page.meta.previousPageUrl))
            #expect(page.ids == expected.ids)
            #expect(page.meta.page == expected.meta.page)
            #expect(page.meta.firstPageUrl == pages[0].meta.url)
            #expect(page.meta.url.contains("DateSent=2024-01-01&"))
        }
        #expect(page.meta.previousPageUrl == nil)
    }

    @Test(
        "page sizes are echoed, and cut down to 1,000",
        arguments: [
            ("", 50), ("?PageSize=1", 1), ("?PageSize=007", 7), ("?PageSize=1000", 1_000), ("?PageSize=1001", 1_000),
            ("?PageSize=5000", 1_000), ("?PageSize=99999999999999999999", 1_000),
            // Java's SDK sends both where a program sets a page size and a limit.
            ("?PageSize=2&PageSize=120", 2), ("?PageSize=2&Page%53ize=0", 2),
        ]
    )
    func pageSize(_ query: String, _ size: Int) async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 3)
        let page = try await server.page("/v1/Sessions/s/Messages\(query)")
        #expect(page.meta.pageSize == size)
        #expect(page.meta.url == "http://localhost/v1/Sessions/s/Messages?PageSize=\(size)&Page=0")
        #expect(page.ids.count == min(size, 3))
    }

    @Test("a token works without Page, which then is 0, and a previous link never says less")
    func tokenWithoutPage() async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 5)
        let first = try await server.page("/v1/Sessions/s/Messages?PageSize=2")
        let next = try #require(first.meta.nextPageUrl).replacing("&Page=1", with: "")
        let second = try await server.page(next)
        #expect(second.ids == ["aia_msg_3", "aia_msg_4"])
        #expect(second.meta.page == 0)
        #expect(second.meta.previousPageUrl?.contains("&Page=0&PageToken=PB") == true)
    }

    @Test("HEAD is answered like GET, without the body")
    func head() async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 5)
        for uri in ["/v1/Sessions/s/Messages", "/v1/Sessions", "/v1/Sessions/s", "/health", "/v1/Sessions/x"] {
            let get = try await server.send(uri)
            let head = try await server.send(uri, method: .HEAD)
            #expect(head.status == get.status)
            #expect(head.header("content-length") == get.header("content-length"))
            #expect(head.header("content-type") == "application/json")
            #expect(head.body.isEmpty)
        }
    }

    @Test("line breaks between the tokens of JSON, which earlier versions stored, are left out of every response")
    func lineBreaksAreLeftOut() async throws {
        let server = try await TestServer()
        let message = NewMessage(
            id: MessageID(unchecked: "aia_msg_1"),
            sessionID: SessionID(unchecked: "s"),
            role: .user,
            content: JSONObject(unchecked: "{\"content\" :\r\n\r\n\"x\\r\\n\",\n\t\"n\": 1e400}"),
            meta: JSONObject(unchecked: "{\r}")
        )
        _ = try await server.store.importMessages(
            [message],
            to: TestServer.sid,
            defaults: MessageDefaults(assistantName: "T")
        )
        for uri in ["/v1/Sessions/s/Messages", "/v1/Sessions/s/Messages/aia_msg_1"] {
            let body = try await server.send(uri).body
            #expect(body.contains("\"content\":{\"content\" :\"x\\r\\n\",\t\"n\": 1e400},\"meta\":{},"))
        }
    }

    @Test("content and meta come back as they were written")
    func contentIsKept() async throws {
        let server = try await TestServer()
        let content = #"{ "z":1.50, "a":[1e3,{"\u00e9":"é\n\"\\/"}],  "":null}"#
        let message = NewMessage(
            id: MessageID(unchecked: "aia_msg_\"\u{7}\n1"),
            sessionID: SessionID(unchecked: "s\"\\"),
            role: .knowledge,
            content: try JSONObject(content),
            meta: try JSONObject("{}")
        )
        _ = try await server.store.importMessages(
            [message],
            to: TestServer.sid,
            defaults: MessageDefaults(assistantName: "T")
        )
        let response = try await server.send("/v1/Sessions/s%22%5C/Messages")
        #expect(response.body.contains(#","content":\#(content),"meta":{},"#))
        let object = try JSONSerialization.jsonObject(with: Data(response.body.utf8)) as? [String: Any]
        let listed = try #require((object?["messages"] as? [[String: Any]])?.first)
        #expect(listed["id"] as? String == "aia_msg_\"\u{7}\n1")
        #expect(listed["session_id"] as? String == "s\"\\")
        #expect(listed.count == 10)
    }

    @Test("a configured address begins every URL")
    func publicURL() async throws {
        let server = try await TestServer { $0.api.publicURL = PublicURL("https://example.com/assistants/") }
        try await server.fill("s", count: 2)
        let page = try await server.page("/v1/Sessions/s/Messages?PageSize=1")
        #expect(page.meta.url == "https://example.com/assistants/v1/Sessions/s/Messages?PageSize=1&Page=0")
        #expect(page.meta.nextPageUrl?.hasPrefix("https://example.com/assistants/v1/Sessions/s/Messages?") == true)
    }

    @Test("an API key lists, until it is revoked")
    func apiKey() async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 1)
        let key = APIKey(sid: .random(), account: TestServer.sid, name: "", dateCreated: .now)
        let secret = Secret.random()
        try await server.store.create(key, secretDigest: secret.digest)
        let authorization = TestServer.basic(key.sid.text, secret.text)
        let uri = "/v1/Sessions/s/Messages"
        #expect(try await server.send(uri, authorization: authorization).status == 200)
        try await server.store.revoke(key.sid, of: TestServer.sid)
        try await Task.sleep(for: VerifiedCredentials.lifetime)
        #expect(try await server.send(uri, authorization: authorization).status == 401)
    }
}
