import AssistantsStore
import Secrets
import Testing

@testable import AssistantsAPI

@Suite("Page tokens")
struct PageTokenTests {
    private let tokens = PageTokens(key: TestServer.pageTokenKey)
    private let cursor = MessageCursor(session: SessionNumber(7), position: 1_234)

    @Test("a token says again what it was made of")
    func roundTrip() throws {
        guard
            case .after(let after) = try tokens.place(
                of: tokens.token(after: cursor, in: TestServer.sid),
                in: TestServer.sid
            )
                as PageRequest<MessageCursor>.Place,
            case .before(let before) = try tokens.place(
                of: tokens.token(before: cursor, in: TestServer.sid),
                in: TestServer.sid
            ) as PageRequest<MessageCursor>.Place
        else {
            Issue.record("the direction was lost")
            return
        }
        #expect(after == cursor)
        #expect(before == cursor)
    }

    @Test("a token has letters that every SDK leaves alone")
    func alphabet() {
        let token = tokens.token(after: cursor, in: TestServer.sid)
        #expect(token.wholeMatch(of: /PA[A-Za-z0-9_-]{48}/) != nil)
    }

    @Test("a token with any one character changed is refused, and so is a cut or longer one")
    func altered() throws {
        let token = tokens.token(after: cursor, in: TestServer.sid)
        let letters = Array(token)
        for index in letters.indices {
            for letter in "AZaz09-_=.é" where letter != letters[index] {
                var altered = letters
                altered[index] = letter
                expectRefusal(String(altered))
            }
        }
        for length in 0..<letters.count { expectRefusal(String(letters.prefix(length))) }
        expectRefusal(token + "A")
        expectRefusal(token + "AAAA")
    }

    @Test("a token of another account, another key or another list is refused")
    func foreign() throws {
        expectRefusal(tokens.token(after: cursor, in: TestServer.otherSID))
        expectRefusal(PageTokens(key: [UInt8](repeating: 1, count: 32)).token(after: cursor, in: TestServer.sid))
        let session = SessionCursor(dateCreated: Timestamp(microseconds: 7), number: SessionNumber(1_234))
        expectRefusal(tokens.token(after: session, in: TestServer.sid))
    }

    @Test("a token of another session, or of the list of sessions, is a bad request")
    func otherLists() async throws {
        let server = try await TestServer()
        try await server.fill("a", count: 3)
        try await server.fill("b", count: 3)
        try await server.fill("a", count: 3, account: TestServer.otherSID)
        let next = try #require(try await server.page("/v1/Sessions/a/Messages?PageSize=1").meta.nextPageUrl)
        let token = try #require(next.split(separator: "PageToken=").last)
        for uri in ["/v1/Sessions/b/Messages?PageToken=\(token)", "/v1/Sessions?PageToken=\(token)"] {
            let response = try await server.send(uri)
            #expect(response.status == 400)
            #expect(try response.decode(ErrorBody.self).message.hasPrefix("PageToken "))
        }
        let stranger = TestServer.basic(TestServer.otherSID.text, TestServer.otherToken.text)
        let response = try await server.send("/v1/Sessions/a/Messages?PageToken=\(token)", authorization: stranger)
        #expect(response.status == 400)
    }

    private func expectRefusal(_ token: String, at location: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: APIError.self, "\(token)", sourceLocation: location) {
            let _: PageRequest<MessageCursor>.Place = try tokens.place(of: token, in: TestServer.sid)
        }
        #expect(error?.code == 20001, sourceLocation: location)
    }
}
