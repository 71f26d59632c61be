import Testing

@testable import AssistantsAPI

@Suite("Sessions")
struct SessionsTests {
    private struct Listed: Decodable {
        struct Session: Decodable {
            let id: String
        }

        let sessions: [Session]
        let meta: ListedPage.Meta
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
