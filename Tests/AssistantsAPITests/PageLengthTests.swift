import AssistantsStore
import Testing
import UnderstudyServer

@testable import AssistantsAPI

@Suite("Lengths of pages")
struct PageLengthTests {
    private static let maximumLength = 8 << 20
    /// Every byte of it is escaped in JSON, and encoded in a URL.
    private static let escaped = String(repeating: "\u{1}", count: 1_000)
    private static let encoded = String(repeating: "%01", count: 1_000)
    /// Makes the URLs of a page as long as a request can.
    private static let filler = "X=" + String(repeating: "<", count: 12_000)

    /// Walks to the end and back.
    /// - Returns: how many items were met, and how many pages.
    private func walkBothWays(_ server: TestServer, _ url: String) async throws -> (items: Int, pages: Int) {
        func page(_ url: String) async throws -> (count: Int, next: String?, previous: String?) {
            let answer = try await server.send(String(url.trimmingPrefix("http://localhost")))
            #expect(answer.status == 200)
            #expect(answer.body.utf8.count <= Self.maximumLength)
            return (
                answer.body.matches(of: /"id":"/).count,
                answer.body.firstMatch(of: /"next_page_url":"([^"]*)"/).map { String($0.1) },
                answer.body.firstMatch(of: /"previous_page_url":"([^"]*)"/).map { String($0.1) }
            )
        }
        var last = try await page(url)
        var counts = [last.count]
        while let next = last.next {
            last = try await page(next)
            counts.append(last.count)
        }
        var back = last.count
        while let previous = last.previous {
            last = try await page(previous)
            back += last.count
        }
        #expect(back == counts.reduce(0, +))
        return (back, counts.count)
    }

    @Test("a page of messages has 8 MiB at most, with everything escaped and the longest URLs")
    func messages() async throws {
        let server = try await TestServer { $0.api.pageCacheSize = 0 }
        let messages = try (1...1_000).map { number in
            NewMessage(
                id: MessageID(unchecked: "aia_msg_\(number)"),
                sessionID: SessionID(unchecked: Self.escaped),
                identity: Self.escaped,
                role: .user,
                content: try JSONObject(#"{"content":"\#(String(repeating: "é", count: 250))"}"#)
            )
        }
        _ = try await server.store.importMessages(
            messages,
            to: TestServer.sid,
            defaults: MessageDefaults(assistantName: "Test")
        )
        let url = "/v1/Sessions/\(Self.encoded)/Messages?PageSize=1000&\(Self.filler)"
        let met = try await walkBothWays(server, url)
        #expect(met == (1_000, 2))
    }

    @Test("a page of sessions has 8 MiB at most, with everything escaped")
    func sessions() async throws {
        let server = try await TestServer()
        let messages = (1...900).map { number in
            NewMessage(
                id: MessageID(unchecked: "aia_msg_\(number)"),
                sessionID: SessionID(unchecked: "\(number)\(Self.escaped)"),
                identity: Self.escaped,
                role: .user,
                content: .empty
            )
        }
        _ = try await server.store.importMessages(
            messages,
            to: TestServer.sid,
            defaults: MessageDefaults(assistantName: "Test")
        )
        let met = try await walkBothWays(server, "/v1/Sessions?PageSize=1000&\(Self.filler)")
        #expect(met == (900, 2))
    }

    @Test("a page of assistants has 8 MiB at most")
    func assistants() async throws {
        let server = try await TestServer()
        let prompt = String(repeating: "x\"", count: 500_000)
        for number in 1...12 {
            var details = AssistantDetails(name: "\(number)")
            details.personalityPrompt = prompt
            try await server.store.create(Assistant(details, in: TestServer.sid))
        }
        let met = try await walkBothWays(server, "/v1/Assistants?PageSize=1000&\(Self.filler)")
        #expect(met == (12, 3))
    }
}
