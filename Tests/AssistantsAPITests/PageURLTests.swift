import AssistantsStore
import Foundation
import NIOCore
import Secrets
import TestSupport
import Testing
import TextEncodings

@testable import AssistantsAPI

@Suite("URLs of pages")
struct PageURLTests {
    private static let list = "/v1/Sessions/{sessionId}/Messages"

    /// Names of sessions that some client or other has trouble with.
    private static let oddNames = [
        "webhook:conversations__IS1/CH2", "voice:CA1", "a b", "a:b", "a+b", "100%", "é", "😀", "a%2Fb", "a%20b", "a/b",
        "trail/", "/lead", "a//b", "Messages", "a/Messages", "a/Messages/b", "a/Messages/aia_msg_1", ".", "..",
        "a/../b", "a?b=c", "a#b", "a&b;c=d,e", "$!*'()@", "\"<>\\^`{|}", "[1]", "e\u{301}", "/\u{301}", "%", "%25",
        "~-._",
    ]

    @Test(
        "a path has the least encoding that means the same to every client",
        arguments: [
            ("webhook:conversations__IS1/CH2", "webhook:conversations__IS1/CH2"), ("a b", "a%20b"), ("é", "%C3%A9"),
            ("100%", "100%25"), ("aZ09-._~:@!$&'()*+,;=", "aZ09-._~:@!$&'()*+,;="), ("a?b#c", "a%3Fb%23c"),
            ("[\"\\]", "%5B%22%5C%5D"), ("trail/", "trail%2F"), ("/lead", "%2Flead"), ("a//b", "a%2F%2Fb"),
            ("a/Messages", "a%2FMessages"), ("a/b/Messages/c/d", "a/b%2FMessages%2Fc/d"), ("Messages", "Messages"),
            ("a/Messagesb/c", "a/Messagesb/c"), (".", "%2E"), ("..", "%2E%2E"), ("a/../b", "a%2F..%2Fb"),
            ("...", "..."),
        ]
    )
    func leastEncoding(_ name: String, _ path: String) throws {
        #expect(try Routes.path("/v1/Sessions/{id}", name) == "/v1/Sessions/\(path)")
        #expect(try Routes.path(Self.list, name) == "/v1/Sessions/\(path)/Messages")
    }

    @Test("a path leads to where it was made for, however odd the name, and also when it is encoded once more")
    func leadsBack() throws {
        let pieces = [
            "/", "/", "/", "Messages", "aia_msg_1", ".", "..", "a", "é", "\u{301}", "😀", "%", "%2F", "%25", "%41", " ",
            "?",
            "#", "+", "&", "=", ":", "webhook:", "\\", "\"", "[", "\u{7F}", "\r\n",
        ]
        var random = SeededGenerator(seed: 26)
        for _ in 0..<20_000 {
            let name = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                pieces[Int.random(in: pieces.indices, using: &random)]
            }.joined()
            for (template, id) in [
                ("/v1/Sessions/{id}", ""), (Self.list, ""), ("\(Self.list)/{id}", "aia_msg_\(name)"),
            ] {
                let path = try Routes.path(template, name, id)
                let read = try #require(try Routes.match(path[...]), "\(path)")
                #expect(read.route.template.text == template, "\(path)")
                #expect([read.parameters[0], read.parameters[1]] == [name, id], "\(path)")
                let segments = path.dropFirst().utf8.split(
                    separator: UInt8(ascii: "/"),
                    omittingEmptySubsequences: false
                ).map { String(decoding: $0, as: UTF8.self) }
                #expect(!segments.contains { ["", ".", ".."].contains($0) }, "a client removes a segment of \(path)")
                #expect(path.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "\(path)")
            }
            let again = Self.encodedOnceMore(try Routes.path(Self.list, name))
            let read = try #require(try Routes.match(again[...]), "\(again)")
            #expect(read.route.template.text == Self.list, "\(again)")
            let decoded = try PercentEncoding.decode(read.parameters[0][...])
            #expect(decoded == name || read.parameters[0] == name, "\(again)")
        }
    }

    @Test(
        "a client that percent-encodes the path of every URL, as Java's SDK does, walks every list",
        arguments: oddNames
    )
    func walksEncodedOnceMore(name: String) async throws {
        let server = try await TestServer()
        try await server.fill(name, count: 5)
        var next: String? = try Routes.path(Self.list, name) + "?PageSize=2"
        var pages: [ListedPage] = []
        while let url = next, pages.count < 9 {
            // Twice, and a third time from the cache.
            let answers = try await [server.page(url), server.page(url), server.page(url)]
            #expect(Set(answers.map(\.meta.url)).count == 1)
            pages.append(answers[2])
            next = answers[2].meta.nextPageUrl.map(Self.encodedOnceMore)
        }
        #expect(pages.flatMap(\.ids) == (1...5).map { "aia_msg_\($0)" })
        // The links do not grow.
        #expect(Set(pages.map(\.meta.firstPageUrl)).count == 1)
        let back = try #require(pages.last?.meta.previousPageUrl)
        #expect(try await server.page(Self.encodedOnceMore(back)).ids == ["aia_msg_3", "aia_msg_4"])
        #expect(try await server.page(back).ids == ["aia_msg_3", "aia_msg_4"])
    }

    @Test("links are the same however the request's path is written, also those of cached pages")
    func spellings() async throws {
        let server = try await TestServer()
        try await server.fill("webhook:a/b c", count: 3)
        let spellings = ["webhook:a/b%20c", "webhook%3Aa%2fb%20c", "webh%6Fok:a/b%20c"]
        for _ in 1...3 {
            for spelling in spellings {
                let page = try await server.page("/v1/Sessions/\(spelling)/Messages/?PageSize=1")
                #expect(page.meta.url == "http://localhost/v1/Sessions/webhook:a/b%20c/Messages?PageSize=1&Page=0")
                #expect(page.meta.nextPageUrl?.contains("/v1/Sessions/webhook:a/b%20c/Messages?") == true)
            }
        }
        for path in ["/v1/Sessions", "/v1/%53essions", "/v1/Sessions/"] {
            let answer = try await server.send(path)
            guard answer.status == 200 else { continue }
            #expect(answer.body.contains(#""url":"http://localhost/v1/Sessions?PageSize=50&Page=0""#))
        }
    }

    @Test("a name is decoded once more only for a token of the session that it then means")
    func onlyWithToken() async throws {
        let server = try await TestServer()
        for (name, count) in [("a b", 3), ("c", 3), ("x%20y", 2), ("x y", 3)] {
            try await server.fill(name, count: count)
        }
        try await server.fill("a b", count: 3, account: TestServer.otherSID)
        let own = TestServer.basic(TestServer.sid.text, TestServer.token.text)
        func query(of path: String, authorization: String = own) async throws -> Substring {
            let uri = "/v1/Sessions/\(path)/Messages?PageSize=1"
            let answer = try await server.send(uri, authorization: authorization)
            let next = try #require(try answer.decode(ListedPage.self).meta.nextPageUrl)
            return next[try #require(next.firstIndex(of: "?"))...]
        }
        func status(_ path: String, _ query: some StringProtocol) async throws -> Int {
            try await server.send("/v1/Sessions/\(path)/Messages\(query)").status
        }
        let token = try await query(of: "a%20b")
        #expect(try await status("a%2520b", token) == 200)
        #expect(try await status("a%2520b", "") == 404)
        #expect(try await status("a%252520b", token) == 404)
        #expect(try await status("a%2520b", try await query(of: "c")) == 404)
        #expect(try await status("%2563", try await query(of: "a%20b")) == 404)
        #expect(try await status("a%2520%25", token) == 404)
        let others = TestServer.basic(TestServer.otherSID.text, TestServer.otherToken.text)
        #expect(try await status("a%2520b", try await query(of: "a%20b", authorization: others)) == 400)
        // Of two sessions that the path could mean, the token's.
        for (name, ids) in [("x%2520y", ["aia_msg_2"]), ("x%20y", ["aia_msg_2", "aia_msg_3"])] {
            let token = try await query(of: name).replacing("PageSize=1", with: "PageSize=9")
            #expect(try await server.page("/v1/Sessions/x%2520y/Messages\(token)").ids == ids)
        }
        #expect(try await status("x%2520y", token) == 400)
        try await server.store.delete(SessionReference("a b"), in: TestServer.sid)
        #expect(try await status("a%2520b", token) == 404)
    }

    @Test("an assistant's URL leads to it")
    func assistant() throws {
        let id = AssistantID(unchecked: "aia_asst_a/b c%2F?é")
        let representation = AssistantRepresentation(
            assistant: Assistant(
                id: id,
                account: TestServer.sid,
                details: AssistantDetails(name: "a"),
                dateCreated: .now,
                dateUpdated: .now
            ),
            defaultModel: "",
            baseURL: "http://a"
        )
        let path = "/v1/Assistants/aia_asst_a%2Fb%20c%252F%3F%C3%A9"
        #expect(String(buffer: representation.json()).contains("\"url\":\"http://a\(path)\""))
        #expect(try Routes.path("/v1/Assistants/{id}", id.text) == path)
        #expect(try Routes.match(path[...])?.parameters[0] == id.text)
    }

    /// What Java's SDK makes of a URL: all of its path but slashes and unreserved characters is percent-encoded, the percent
    /// sign too.
    private static func encodedOnceMore(_ url: String) -> String {
        let parts = url.trimmingPrefix("http://localhost").split(separator: "?", maxSplits: 1)
        let path = PercentEncoding.encode(parts[0]) { byte in
            let isLetterOrDigit = Character(Unicode.Scalar(byte)).isASCII && Character(Unicode.Scalar(byte)).isLetter
            return isLetterOrDigit || (0x30...0x39).contains(byte) || "-._~/".utf8.contains(byte)
        }
        return ([path] + parts.dropFirst().map(String.init)).joined(separator: "?")
    }
}
