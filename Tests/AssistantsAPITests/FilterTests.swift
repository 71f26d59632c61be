import AssistantsStore
import NIOHTTP1
import Testing
import UnderstudyServer

@testable import AssistantsAPI

/// Messages are called `aia_msg_1`, `aia_msg_2`, and so on, one second apart.
@Suite("Filters of a list of messages")
struct FilterTests {
    private static let start: Int64 = 1_700_000_000
    private let list = "/v1/Sessions/s/Messages"

    private func ids(_ numbers: some Sequence<Int>) -> [String] { numbers.map { "aia_msg_\($0)" } }

    /// - Parameter roles: those of the messages.
    private func fill(_ server: TestServer, _ roles: [MessageRole], from first: Int = 1) async throws {
        let messages = roles.enumerated().map { index, role in
            NewMessage(
                id: MessageID(unchecked: "aia_msg_\(first + index)"),
                sessionID: SessionID(unchecked: "s"),
                identity: (first + index).isMultiple(of: 3) ? "user_id:bob" : "user_id:alice",
                role: role,
                content: JSONObject(unchecked: #"{"content":"Hello"}"#),
                dateCreated: Timestamp(microseconds: (Self.start + Int64(first + index)) * 1_000_000)
            )
        }
        let defaults = MessageDefaults(assistantName: "Test")
        _ = try await server.store.importMessages(messages, to: TestServer.sid, defaults: defaults)
    }

    private static let roles: [MessageRole] = [
        .user, .assistant, .user, .tool, .assistant, .knowledge, .user, .assistant, .user,
    ]

    @Test(
        "the list has what matches all parameters, and its links lead to the rest of that",
        arguments: [
            ("Role=user", [1, 3, 7, 9]), ("Role=tool", [4]), ("Role=tool&Role=knowledge", [4, 6]),
            ("Role=user&Role=user", [1, 3, 7, 9]), ("Role=user&Order=desc", [9, 7, 3, 1]),
            ("Identity=user_id%3Abob", [3, 6, 9]), ("Identity=user_id:bob&Role=user", [3, 9]),
            ("Identity=user_id:carol", []), ("DateCreatedAfter=2023-11-14T22:13:27Z", [7, 8, 9]),
            ("DateCreatedBefore=2023-11-14T22:13:23Z", [1, 2]),
            ("DateCreatedAfter=2023-11-14T22:13:22&DateCreatedBefore=2023-11-14T23:13:24+01:00", [2, 3]),
            ("DateCreatedAfter=2023-11-15", []), ("DateCreatedBefore=2023-11-15&Role=knowledge", [6]),
            ("Role=user&IncludeTotal=false&Strict=true", [1, 3, 7, 9]),
        ]
    )
    func matches(_ query: String, _ expected: [Int]) async throws {
        let server = try await TestServer()
        try await fill(server, Self.roles)
        for size in [1, 2, 50] {
            var page = try await server.page("\(list)?\(query)&PageSize=\(size)")
            var pages = [page]
            while let next = page.meta.nextPageUrl {
                page = try await server.page(next)
                pages.append(page)
            }
            #expect(pages.flatMap(\.ids) == ids(expected))
            #expect(pages.allSatisfy { !$0.ids.isEmpty } || expected.isEmpty)
            for before in pages.dropLast().reversed() {
                page = try await server.page(try #require(page.meta.previousPageUrl))
                #expect(page.ids == before.ids)
            }
            #expect(page.meta.previousPageUrl == nil)
        }
    }

    @Test("a message that does not match is a position all the same")
    func anchors() async throws {
        let server = try await TestServer()
        try await fill(server, Self.roles)
        for (query, expected) in [
            ("After=aia_msg_4", [7, 9]), ("Before=aia_msg_4", [1, 3]), ("Around=aia_msg_4&PageSize=2", [3, 7]),
            ("Around=aia_msg_7&PageSize=4", [1, 3, 7, 9]), ("After=aia_msg_4&Order=desc", [3, 1]),
        ] {
            #expect(try await server.page("\(list)?Role=user&\(query)").ids == ids(expected), "\(query)")
        }
        #expect(try await server.send("\(list)?Role=user&After=aia_msg_99").status == 404)
    }

    @Test(
        "what is not allowed is refused with what is",
        arguments: [
            ("Role=system", "Role must be user, assistant, tool, or knowledge"),
            ("Role=", "Role must be user, assistant, tool, or knowledge"),
            ("Role=user,tool", "Role must be user, assistant, tool, or knowledge"),
            ("Role=user&Role=User", "Role must be user, assistant, tool, or knowledge"),
            ("Role=%FF", "Role is not well-formed: it must be UTF-8, percent-encoded where needed"),
            ("Identity=alice", "Identity must be \(IdentityText.allowed)"),
            (
                "Identity=user_id:alice%00",
                "Identity is not well-formed: it must be UTF-8, percent-encoded where needed"
            ),
            ("Identity=", "Identity must be \(IdentityText.allowed)"),
            ("Identity=a:b&Identity=a:b", "Identity is given more than once: give it once"),
            ("DateCreatedAfter=now", "DateCreatedAfter must be a date like 2026-07-01T09:30:00Z or 2026-07-01"),
            (
                "DateCreatedBefore=2026-02-30",
                "DateCreatedBefore must be a date like 2026-07-01T09:30:00Z or 2026-07-01"
            ),
            (
                "DateCreatedAfter=2026-07-01&DateCreatedBefore=2026-07-01T00:00:00Z",
                "DateCreatedBefore must be later than DateCreatedAfter"
            ),
            ("Role=user&IncludeTotal=true", "IncludeTotal and Role cannot be combined: leave one out"),
            (
                "IncludeTotal=true&DateCreatedAfter=2026-07-01",
                "IncludeTotal and DateCreatedAfter cannot be combined: leave one out"
            ),
            ("Query=", "Query, character 1: there is no word to look for: give letters or digits"),
            ("Query=a%20%22b", "Query, character 3: the quotation mark is not closed"),
            ("Query=a&Query=b", "Query is given more than once: give it once"),
            ("Query=a&IncludeTotal=true", "IncludeTotal and Query cannot be combined: leave one out"),
            ("Strict=true&Roles=user", #"This list has no parameter "Roles". Did you mean Role?"#),
        ]
    )
    func refusals(_ query: String, _ message: String) async throws {
        let server = try await TestServer()
        try await fill(server, [.user])
        let answer = try await server.send("\(list)?\(query)")
        #expect(answer.status == 400)
        #expect(try answer.decode(ErrorBody.self).message == message)
    }

    // MARK: Queries

    private struct Found: Decodable {
        struct Message: Decodable {
            struct Match: Decodable, Equatable {
                let field: String
                let snippet: String
                let offset: Int
                let ranges: [[Int]]
            }

            let id: String
            let match: Match?
        }

        let messages: [Message]
    }

    private func append(_ contents: [String], to server: TestServer) async throws {
        for (index, content) in contents.enumerated() {
            let message = NewMessage(
                id: MessageID(unchecked: "aia_msg_\(index + 1)"),
                sessionID: SessionID(unchecked: "s"),
                role: .user,
                content: try JSONObject(content)
            )
            let defaults = MessageDefaults(assistantName: "Test")
            _ = try await server.store.importMessages([message], to: TestServer.sid, defaults: defaults)
        }
    }

    @Test(
        "a query finds words in any string of a content, and says where",
        arguments: [
            ("straSSe", [1], "/content", "An der Straße", [[7, 13]]),
            ("%22der%20stra%C3%9Fe%22", [1], "/content", "An der Straße", [[3, 13]]),
            ("%E4%BC%9A%E8%AE%AE", [2], "/parts/1/a~1b~0\"c", "今天的会议", [[3, 5]]),
            ("tab%20-absent", [3], "/content", "\ttab \"q\" \\ 😀", [[1, 4]]),
            ("%F0%9F%98%80", [3], "/content", "\ttab \"q\" \\ 😀", [[11, 12]]),
            ("cont*", [4], "/x", "content", [[0, 7]]), ("an%20older", [5], "/a/0", "an", [[0, 2]]),
            ("key", [], "", "", []), ("7", [], "", "", []),
        ]
    )
    func query(_ query: String, _ expected: [Int], _ field: String, _ snippet: String, _ ranges: [[Int]]) async throws {
        let server = try await TestServer()
        try await append(
            [
                #"{"content":"An der Straße","key":7}"#,
                #"{"content":"x","parts":[{"y":"z"},{"a/b~\"c":"今天的会议"}]}"#,
                #"{"content":"\ttab \"q\" \\ \ud83d\ude00"}"#, #"{"x":"content","key":["tab absent"]}"#,
                #"{"a":["an"],"b":{"c":"older"}}"#,
            ],
            to: server
        )
        let answer = try await server.send("\(list)?Query=\(query)")
        let messages = try answer.decode(Found.self).messages
        #expect(messages.map(\.id) == ids(expected))
        guard let match = messages.first?.match else { return }
        #expect(match == Found.Message.Match(field: field, snippet: snippet, offset: 0, ranges: ranges))
        #expect(Array(match.snippet.unicodeScalars) == Array(snippet.unicodeScalars))
    }

    @Test(
        "a search in all sessions refuses what it does not have",
        arguments: [
            ("", "Query is required: the words to look for"), ("Role=user", "Query is required: the words to look for"),
            ("Query=a&Order=asc", "Order does not apply to this list: leave it out"),
            ("Query=a&After=aia_msg_1", "After does not apply to this list: leave it out"),
            ("Query=a%20%22b", "Query, character 3: the quotation mark is not closed"),
            ("Query=a&Strict=true&Sesion=s", "This list has no parameter \"Sesion\"."),
        ]
    )
    func searchRefusals(_ query: String, _ message: String) async throws {
        let answer = try await TestServer().send("/v1/Messages?\(query)")
        #expect(answer.status == 400)
        #expect(try answer.decode(ErrorBody.self).message == message)
    }

    @Test("a search in all sessions has pages that lead to each other, and tokens of its own")
    func searchPages() async throws {
        let server = try await TestServer()
        try await fill(server, Self.roles)
        let search = "/v1/Messages?Query=hello"
        let first = try await server.page("\(search)&PageSize=4")
        #expect(first.ids == ids([9, 8, 7, 6]))
        #expect(first.meta.previousPageUrl == nil)
        let second = try await server.page(try #require(first.meta.nextPageUrl))
        #expect(second.ids == ids([5, 4, 3, 2]))
        #expect(try await server.page(try #require(second.meta.previousPageUrl)).ids == first.ids)
        #expect(try await server.page("\(search)&Role=tool&Identity=user_id:alice").ids == ids([4]))
        let token = try #require(first.meta.nextPageUrl?.split(separator: "PageToken=").last)
        for other in ["/v1/Messages?Query=other", "\(search)&Role=user", "\(list)?Query=hello&Order=desc"] {
            #expect(try await server.send("\(other)&PageToken=\(token)").status == 400, "\(other)")
        }
    }

    @Test("an edit is found at once, a deleted message no longer, and only a query adds a match")
    func edits() async throws {
        let server = try await TestServer()
        try await append([#"{"content":"old"}"#, #"{"content":"old"}"#], to: server)
        func found(_ query: String) async throws -> [String] {
            try await server.send("\(list)?Query=\(query)").decode(Found.self).messages.map(\.id)
        }
        #expect(try await found("old") == ids([1, 2]))
        let body = #"{"content":{"content":"new"}}"#
        #expect(try await server.send("\(list)/aia_msg_1", method: .PUT, body: body).status == 200)
        #expect(try await found("old") == ids([2]))
        #expect(try await found("new") == ids([1]))
        #expect(try await server.send("\(list)/aia_msg_2", method: .DELETE).status == 204)
        #expect(try await found("old") == [])
        #expect(try await !server.send("\(list)?Role=user").body.contains("match"))
    }

    @Test("the tokens of a filter are refused by every other one, however it is written")
    func tokens() async throws {
        let server = try await TestServer()
        try await fill(server, Self.roles)
        let listings = [
            ["Role=user&Role=assistant", "Role=assistant&Role=user", "Role=user&Role=assistant&Role=user"],
            ["Identity=user_id:alice", "Identity=user_id%3aalice&Order=asc"],
            ["DateCreatedAfter=2023-11-14", "DateCreatedAfter=2023-11-14T00:00:00.000Z"],
            ["DateCreatedBefore=2023-11-15", "DateCreatedBefore=2023-11-15T01:00:00%2B01:00"], ["Role=user"],
            ["Role=user&Order=desc"], ["Order=desc"], [""],
            ["Query=hello", "Query=%20HELLO+hello"], ["Query=hell*"],
        ]
        for (index, listing) in listings.enumerated() {
            let next = try #require(try await server.page("\(list)?\(listing[0])&PageSize=1").meta.nextPageUrl)
            let token = try #require(next.split(separator: "PageToken=").last)
            for (other, queries) in listings.enumerated() {
                for query in queries {
                    let answer = try await server.send("\(list)?\(query)&PageToken=\(token)")
                    #expect(answer.status == (other == index ? 200 : 400), "\(listing[0]) \(query)")
                }
            }
        }
    }

    @Test("a poller of what matches gets each new match once, even after many messages that do not match")
    func polls() async throws {
        let server = try await TestServer { options in
            options.api.scan.slice = 2
            options.api.scan.sliceBytes = 1 << 20
            options.api.scan.items = 4
        }
        try await fill(server, Array(repeating: .assistant, count: 11))
        var token = ""
        var met: [String] = []
        var count = 11
        var emptyPages = 0
        for round in 0..<12 {
            let answer = try await server.send("\(list)?Role=user&PageSize=2\(token)")
            let page = try answer.decode(ListedPage.self)
            met += page.ids
            if page.ids.isEmpty, page.meta.nextPageUrl != nil { emptyPages += 1 }
            token = "&PageToken=\(try #require(answer.header("next-page-token")))"
            if round % 3 == 2 {
                try await fill(server, [.user, .assistant, .assistant], from: count + 1)
                count += 3
            }
        }
        #expect(met == ids([12, 15, 18]))
        #expect(emptyPages == 2)
    }

    @Test("a page is empty and has a link onward only where as much was examined as may be")
    func emptyPages() async throws {
        let server = try await TestServer { options in
            options.api.scan.slice = 3
            options.api.scan.sliceBytes = 1 << 20
            options.api.scan.items = 6
        }
        try await fill(server, Array(repeating: .assistant, count: 20) + [.user])
        for order in ["asc", "desc"] {
            var counts: [Int] = []
            var url: String? = "\(list)?Role=user&Order=\(order)"
            while let here = url {
                let page = try await server.page(here)
                counts.append(page.ids.count)
                url = page.meta.nextPageUrl
            }
            #expect(counts == (order == "asc" ? [0, 0, 0, 1] : [1, 0, 0, 0]))
        }
    }

    @Test("around a message are matches from far in front of it, and long ones as far as there is room")
    func around() async throws {
        let server = try await TestServer()
        let roles = (1...3_000).map { $0.isMultiple(of: 100) ? MessageRole.user : .assistant }
        try await fill(server, roles)
        for (query, expected) in [
            ("Around=aia_msg_2500&PageSize=40", Array(stride(from: 500, through: 3_000, by: 100))),
            ("Around=aia_msg_2450&PageSize=6", [2_200, 2_300, 2_400, 2_500, 2_600, 2_700]),
            ("Around=aia_msg_600&PageSize=6&Order=desc", [900, 800, 700, 600, 500, 400]),
        ] {
            let page = try await server.page("\(list)?Role=user&\(query)")
            #expect(page.ids == ids(expected), "\(query)")
        }
        let text = String(repeating: "x", count: 100_000)
        let long = try (1...60).map { number in
            NewMessage(
                id: MessageID(unchecked: "aia_msg_\(number)"),
                sessionID: SessionID(unchecked: "t"),
                role: .user,
                content: try JSONObject(#"{"content":"\#(text)"}"#)
            )
        }
        let defaults = MessageDefaults(assistantName: "Test")
        _ = try await server.store.importMessages(long, to: TestServer.sid, defaults: defaults)
        let around = "/v1/Sessions/t/Messages?Around=aia_msg_60&PageSize=50"
        let page = try await server.page(around)
        #expect(page.ids.count == 26)
        #expect(try await server.page("\(around)&Role=user").ids == page.ids)
    }

    @Test("a page that ran out of time has no tag and is not cached, because with more time it would be another one")
    func outOfTime() async throws {
        let server = try await TestServer { options in
            options.api.scan.slice = 2
            options.api.scan.sliceBytes = 1 << 20
            options.api.scan.duration = .zero
        }
        try await fill(server, Array(repeating: .assistant, count: 5) + [.user])
        for _ in 1...3 {
            let answer = try await server.send("\(list)?Role=user")
            #expect(try answer.decode(ListedPage.self).ids == [])
            #expect(answer.header("etag") == nil)
            #expect(answer.header("next-page-token") != nil)
        }
        #expect(server.metric("understudy_page_cache_hits_total") == 0)
    }

    @Test("a page that matches is cached and has a tag, which changes with the session")
    func tags() async throws {
        let server = try await TestServer()
        try await fill(server, Self.roles)
        let url = "\(list)?Role=user&PageSize=2"
        var answers = [Answer]()
        for _ in 1...3 { answers.append(try await server.send(url)) }
        let tag = try #require(answers[0].header("etag"))
        #expect(answers.allSatisfy { $0.body == answers[0].body && $0.header("etag") == tag })
        #expect(server.metric("understudy_page_cache_hits_total") == 1)
        #expect(try await server.send(url, headers: ["If-None-Match": tag]).status == 304)
        try await fill(server, [.tool], from: 10)
        #expect(try await server.send(url, headers: ["If-None-Match": tag]).status == 200)
    }

    @Test("lists that take long are bounded in number, those that take no longer than a page are not")
    func overload() async throws {
        let server = try await TestServer { $0.api.maximumScans = 0 }
        try await fill(server, Self.roles)
        #expect(try await server.page("\(list)?Role=user").ids == ids([1, 3, 7, 9]))
        try await fill(server, Array(repeating: .assistant, count: 2_000), from: 10)
        #expect(try await server.page("\(list)?Role=user&PageSize=4").ids == ids([1, 3, 7, 9]))
        let answer = try await server.send("\(list)?Role=user")
        #expect(answer.status == 429)
        #expect(
            try answer.decode(ErrorBody.self).message
                == "The server has 0 requests for lists with a filter to work on, as many as it may; try again later"
        )
        #expect(try await server.send(list).status == 200)
    }
}
