import AssistantsStore
import NIOHTTP1
import Testing
import UnderstudyServer

@testable import AssistantsAPI

@Suite("Sessions")
struct SessionsTests {
    private struct Listed: Decodable {
        struct Session: Decodable {
            struct Message: Decodable {
                let id: String
                let sessionId: String
            }

            let id: String
            let messageCount: Int?
            let lastMessage: Message?
            let lastActivity: String?
        }

        let sessions: [Session]
        let meta: ListedPage.Meta

        var ids: [String] { sessions.map(\.id) }
    }

    /// Sessions `s1` to `s6`: of two identities and assistants, a day apart, and last active in the opposite order.
    private func filledServer() async throws -> TestServer {
        let server = try await TestServer { $0.api.scan.slice = 2 }
        let day: Int64 = 86_400_000_000
        func put(_ session: Int, _ id: String) async throws {
            let message = NewMessage(
                id: MessageID(unchecked: "aia_msg_\(id)"),
                sessionID: SessionID(unchecked: "s\(session)"),
                assistantID: AssistantID(unchecked: "aia_asst_\(session.isMultiple(of: 2) ? "even" : "odd")"),
                identity: session > 4 ? "user_id:bob" : "user_id:alice",
                role: .user,
                content: .empty,
                dateCreated: Timestamp(microseconds: Int64(session) * day)
            )
            let defaults = MessageDefaults(assistantName: "Test")
            _ = try await server.store.importMessages([message], to: TestServer.sid, defaults: defaults)
        }
        for session in 1...6 { try await put(session, "first") }
        for session in (1...6).reversed() { try await put(session, "second") }
        return server
    }

    private func walk(_ query: String, on server: TestServer) async throws -> [String] {
        var met: [String] = []
        var target: String? = "/v1/Sessions?\(query)"
        while let current = target {
            let page = try await server.send(String(current.trimmingPrefix("http://localhost"))).decode(Listed.self)
            met += page.ids
            target = page.meta.nextPageUrl
        }
        return met
    }

    @Test(
        "the list has what matches all parameters, in the order that was asked for, whatever the page's size",
        arguments: [
            ("", [1, 2, 3, 4, 5, 6]), ("Order=desc", [6, 5, 4, 3, 2, 1]),
            ("OrderBy=created&Order=asc", [1, 2, 3, 4, 5, 6]),
            ("OrderBy=activity", [6, 5, 4, 3, 2, 1]), ("OrderBy=activity&Order=desc", [1, 2, 3, 4, 5, 6]),
            ("Identity=user_id:bob", [5, 6]), ("Identity=user_id:carol", []), ("AssistantId=aia_asst_even", [2, 4, 6]),
            ("AssistantId=aia_asst_even&Identity=user_id:bob&OrderBy=activity", [6]),
            ("DateCreatedAfter=1970-01-03", [2, 3, 4, 5, 6]), ("DateCreatedBefore=1970-01-03&Order=desc", [1]),
            ("DateCreatedAfter=1970-01-03&DateCreatedBefore=1970-01-05", [2, 3]),
            ("DateUpdatedAfter=1970-01-06T00:00:00Z", [5, 6]), ("DateUpdatedBefore=1970-01-03", [1]),
            ("DateCreatedAfter=1970-01-03&OrderBy=activity&DateUpdatedBefore=1970-01-05", [3, 2]),
            ("ActivityAfter=2020-01-01", [1, 2, 3, 4, 5, 6]), ("ActivityAfter=2999-01-01", []),
            ("OrderBy=activity&ActivityAfter=2999-01-01&Order=desc", []),
        ]
    )
    func matches(_ query: String, _ expected: [Int]) async throws {
        let server = try await filledServer()
        for size in [1, 2, 50] {
            #expect(try await walk("\(query)&PageSize=\(size)", on: server) == expected.map { "s\($0)" })
            let withMessages = try await walk("\(query)&PageSize=\(size)&IncludeLastMessage=true", on: server)
            #expect(withMessages == expected.map { "s\($0)" })
        }
    }

    @Test("IncludeLastMessage adds what the session's messages are, and ActivityAfter takes the activity that it gives")
    func lastMessages() async throws {
        let server = try await filledServer()
        #expect(try await server.send("/v1/Sessions/s2/Messages/aia_msg_second", method: .DELETE).status == 204)
        for id in ["first", "second"] {
            #expect(try await server.send("/v1/Sessions/s3/Messages/aia_msg_\(id)", method: .DELETE).status == 204)
        }
        let list = "/v1/Sessions?OrderBy=activity&IncludeLastMessage=true"
        let sessions = try await server.send(list).decode(Listed.self).sessions
        #expect(sessions.map(\.id) == ["s6", "s5", "s4", "s1", "s2", "s3"])
        #expect(sessions.map(\.messageCount) == [2, 2, 2, 2, 1, 0])
        #expect(
            sessions.map(\.lastMessage?.id) == Array(repeating: "aia_msg_second", count: 4) + ["aia_msg_first", nil]
        )
        #expect(sessions.dropLast().allSatisfy { $0.lastMessage?.sessionId == $0.id })
        for (index, session) in sessions.enumerated() {
            let activity = try #require(session.lastActivity)
            for order in ["OrderBy=activity&", ""] {
                let since = try await server.send("/v1/Sessions?\(order)ActivityAfter=\(activity)").decode(Listed.self)
                    .ids
                #expect(Set(since) == Set(sessions[(index + 1)...].map(\.id)))
            }
        }
        let bodies = [
            try await server.send("/v1/Sessions?IncludeLastMessage=false").body,
            try await server.send("/v1/Sessions/s1").body,
        ]
        for body in bodies { #expect(!body.contains("last_activity") && !body.contains("message_count")) }
    }

    @Test("a change of a message is activity, and reading is none")
    func activity() async throws {
        let server = try await filledServer()
        func expectLast(_ session: String) async throws {
            let page = try await server.send("/v1/Sessions?OrderBy=activity&Order=desc&PageSize=1").decode(Listed.self)
            #expect(page.ids == [session])
        }
        try await expectLast("s1")
        let path = "/v1/Sessions/s4/Messages/aia_msg_first"
        #expect(try await server.send(path, method: .PUT, body: #"{"meta":{"a":1}}"#).status == 200)
        try await expectLast("s4")
        #expect(try await server.send("/v1/Sessions/s5/Messages").status == 200)
        try await expectLast("s4")
        let body = #"{"role":"user","content":{"content":"Hello"},"date_created":"1999-01-01T00:00:00Z"}"#
        #expect(try await server.send("/v1/Sessions/s5/Messages", method: .POST, body: body).status == 201)
        try await expectLast("s5")
        #expect(try await server.send("/v1/Sessions/s5", method: .DELETE).status == 204)
        try await expectLast("s4")
    }

    @Test(
        "what is not allowed is refused with what is",
        arguments: [
            ("OrderBy=date", "OrderBy must be created or activity"),
            ("OrderBy=", "OrderBy must be created or activity"),
            ("OrderBy=activity&OrderBy=activity", "OrderBy is given more than once: give it once"),
            ("Order=newest", "Order must be asc or desc"),
            ("IncludeLastMessage=1", "IncludeLastMessage must be true or false"),
            ("AssistantId=support", "AssistantId must be aia_asst_ and 1 to 246 more bytes"),
            ("AssistantId=aia_asst_", "AssistantId must be aia_asst_ and 1 to 246 more bytes"),
            ("Identity=alice", "Identity must be \(IdentityText.allowed)"),
            ("ActivityAfter=yesterday", "ActivityAfter must be a date like 2026-07-01T09:30:00Z or 2026-07-01"),
            ("ActivityAfter=%FF", "ActivityAfter is not well-formed: it must be UTF-8, percent-encoded where needed"),
            (
                "DateUpdatedAfter=2026-07-02&DateUpdatedBefore=2026-07-01",
                "DateUpdatedBefore must be later than DateUpdatedAfter"
            ),
            (
                "Strict=true&IncludeLastMessages=true",
                #"This list has no parameter "IncludeLastMessages". Did you mean IncludeLastMessage?"#
            ),
        ]
    )
    func refusals(_ query: String, _ message: String) async throws {
        let answer = try await TestServer().send("/v1/Sessions?\(query)")
        #expect(answer.status == 400)
        #expect(try answer.decode(ErrorBody.self).message == message)
    }

    @Test("the tokens of a list are refused by every other one, however it is written")
    func tokens() async throws {
        let server = try await filledServer()
        let listings = [
            ["", "OrderBy=created", "IncludeLastMessage=true"], ["OrderBy=activity", "OrderBy=activity&Order=asc"],
            ["OrderBy=activity&Order=desc"], ["Order=desc"], ["Identity=user_id:alice"],
            ["Identity=user_id:alice&OrderBy=activity"], ["AssistantId=aia_asst_even"],
            ["DateCreatedAfter=1970-01-02", "DateCreatedAfter=1970-01-02T00:00:00.000Z"],
            ["DateUpdatedAfter=1970-01-02"],
            ["ActivityAfter=1970-01-02"],
        ]
        for (index, listing) in listings.enumerated() {
            let page = try await server.send("/v1/Sessions?\(listing[0])&PageSize=1").decode(Listed.self)
            let token = try #require(page.meta.nextPageUrl?.split(separator: "PageToken=").last)
            for (other, queries) in listings.enumerated() {
                for query in queries {
                    let answer = try await server.send("/v1/Sessions?\(query)&PageToken=\(token)")
                    #expect(answer.status == (other == index ? 200 : 400), "\(listing[0]) \(query)")
                }
            }
        }
    }

    @Test("beyond a short scan, lists with a filter have places of their own, and are refused where these are taken")
    func overload() async throws {
        let server = try await TestServer { $0.api.maximumScans = 0 }
        let messages = (1...1_001).map { number in
            NewMessage(
                id: MessageID(unchecked: "aia_msg_1"),
                sessionID: SessionID(unchecked: "s\(number)"),
                role: .user,
                content: .empty,
                dateCreated: Timestamp(microseconds: Int64(number))
            )
        }
        let defaults = MessageDefaults(assistantName: "Test")
        _ = try await server.store.importMessages(messages, to: TestServer.sid, defaults: defaults)
        for (query, status) in [
            ("Identity=user_id:nobody", 429), ("Identity=user_id:unknown", 200),
            ("OrderBy=activity&Order=desc", 200), ("DateCreatedAfter=2999-01-01", 200),
            ("OrderBy=activity&ActivityAfter=2999-01-01", 200), ("ActivityAfter=2999-01-01", 429),
        ] {
            #expect(try await server.send("/v1/Sessions?\(query)").status == status, "\(query)")
        }
    }

    @Test("sessions are listed in order of creation, over the links")
    func list() async throws {
        let server = try await TestServer()
        let ids = (1...7).map { "s\($0)" }
        for id in ids { try await server.fill(id, count: 1) }
        try await server.fill("theirs", count: 1, account: TestServer.otherSID)
        var uri: String? = "/v1/Sessions?PageSize=3"
        var met: [String] = []
        var pages = 0
        while let current = uri {
            let page = try await server.send(String(current.trimmingPrefix("http://localhost"))).decode(Listed.self)
            #expect(page.meta.key == "sessions")
            #expect(page.meta.page == pages)
            met += page.sessions.map(\.id)
            pages += 1
            uri = page.meta.nextPageUrl
        }
        #expect(met == ids)
        #expect(pages == 3)
    }

    @Test("a session is fetched by its name, and says its id")
    func fetch() async throws {
        let server = try await TestServer()
        try await server.fill("voice:CA1", count: 1)
        for path in ["CA1", "voice:CA1", "CA1/"] {
            let response = try await server.send("/v1/Sessions/\(path)")
            #expect(try response.decode(Listed.Session.self).id == "voice:CA1")
        }
    }

    @Test("health and readiness need no credentials", arguments: ["/health", "/ready"])
    func health(_ path: String) async throws {
        let response = try await TestServer().send(path, authorization: nil)
        #expect(response.status == 200)
    }
}
