import AssistantsStore
import Secrets
import Testing

@testable import AssistantsAPI

@Suite("Page tokens")
struct PageTokenTests {
    private let tokens = PageTokens(key: TestServer.pageTokenKey)
    private let cursor = MessageCursor(session: SessionNumber(7), position: 1_234)
    /// Of the plain listing, and of another.
    private static let digests: [ListingDigest?] = [nil, ListingDigest([("Order", "desc")])]

    @Test("a token says again what it was made of", arguments: digests)
    func roundTrip(_ digest: ListingDigest?) throws {
        try expectRoundTrip(cursor, digest)
        try expectRoundTrip(MessageCursor(session: SessionNumber(1), position: .max), digest)
        try expectRoundTrip(
            SessionCreationCursor(date: Timestamp(microseconds: -5), number: SessionNumber(9)),
            digest
        )
        try expectRoundTrip(AssistantCursor(number: 3), digest)
    }

    private func expectRoundTrip<Cursor: KeysetCursor>(_ cursor: Cursor, _ digest: ListingDigest?) throws {
        func anchor(of token: String) throws -> PageRequest<Cursor>.Anchor {
            try tokens.anchor(of: token, in: TestServer.sid, binding: digest)
        }
        guard
            case .after(let after) = try anchor(of: tokens.token(after: cursor, in: TestServer.sid, binding: digest)),
            case .before(let before) = try anchor(of: tokens.token(before: cursor, in: TestServer.sid, binding: digest))
        else {
            Issue.record("the direction was lost")
            return
        }
        #expect(after == cursor)
        #expect(before == cursor)
    }

    @Test("a token has letters that every SDK leaves alone")
    func alphabet() {
        #expect(token(nil).wholeMatch(of: /PA[A-Za-z0-9_-]{48}/) != nil)
        #expect(token(Self.digests[1]).wholeMatch(of: /PA[A-Za-z0-9_-]{64}/) != nil)
    }

    @Test("a token with any one character changed is refused, and so is a cut or longer one", arguments: digests)
    func altered(_ digest: ListingDigest?) throws {
        let token = token(digest)
        let letters = Array(token)
        for index in letters.indices {
            for letter in "AZaz09-_=.é" where letter != letters[index] {
                var altered = letters
                altered[index] = letter
                expectRefusal(String(altered), digest)
            }
        }
        for length in 0..<letters.count { expectRefusal(String(letters.prefix(length)), digest) }
        expectRefusal(token + "A", digest)
        expectRefusal(token + "AAAA", digest)
    }

    @Test("a token of another account, another key, another list, or another listing is refused", arguments: digests)
    func foreign(_ digest: ListingDigest?) throws {
        expectRefusal(tokens.token(after: cursor, in: TestServer.otherSID, binding: digest), digest)
        let others = PageTokens(key: [UInt8](repeating: 1, count: 32))
        expectRefusal(others.token(after: cursor, in: TestServer.sid, binding: digest), digest)
        let session = SessionCreationCursor(date: Timestamp(microseconds: 7), number: SessionNumber(1_234))
        expectRefusal(tokens.token(after: session, in: TestServer.sid, binding: digest), digest)
        for other in Self.digests + [ListingDigest([("Order", "asc")])] where other != digest {
            expectRefusal(token(other), digest)
        }
    }

    @Test("a digest tells names and values apart")
    func distinctDigests() {
        let selections = [[("a", "b")], [("ab", "")], [("", "ab")], [("a", "b"), ("", "")], [("a", ""), ("b", "")]]
        let digests = selections.map { ListingDigest($0.map { (name: $0.0, value: $0.1) })?.bytes }
        #expect(Set(digests).count == selections.count)
        #expect(ListingDigest([]) == nil)
    }

    @Test("a listing's tokens lead on in it, and are refused by every other one")
    func listings() throws {
        func listing(_ query: String) throws -> MessageListing {
            try MessageListing(
                PageQuery(query[...], of: .messages),
                of: TestServer.sid,
                budget: PageBudget(),
                tokens: tokens
            )
        }
        for (query, others) in [
            ("", ["Order=desc"]), ("Order=asc", ["Order=desc"]), ("Order=desc", ["", "Order=asc"]),
        ] {
            let neighbors = PageNeighbors(previous: nil, next: cursor)
            let links = try listing(query + "&other=1")
                .links(to: "/list", at: "http://understudy.test", neighbors: neighbors, tokens: tokens)
            let next = try #require(links.next?.split(separator: "?").last)
            if !query.isEmpty { #expect(next.contains(query)) }
            let following = try listing(String(next))
            guard case .after(cursor) = following.page.anchor else {
                Issue.record("\(next) leads elsewhere")
                continue
            }
            let token = try #require(next.split(separator: "&").last)
            for other in others {
                #expect(throws: APIError.self) { try listing("\(other)&\(token)") }
            }
        }
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

    private func token(_ digest: ListingDigest?) -> String {
        tokens.token(after: cursor, in: TestServer.sid, binding: digest)
    }

    private func expectRefusal(
        _ token: String,
        _ digest: ListingDigest?,
        at location: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: APIError.self, "\(token)", sourceLocation: location) {
            let _: PageRequest<MessageCursor>.Anchor =
                try tokens.anchor(of: token, in: TestServer.sid, binding: digest)
        }
        #expect(error?.code == 20001, sourceLocation: location)
    }
}
