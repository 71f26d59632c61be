import AssistantsStore
import NIOHTTP1
import Testing

@testable import AssistantsAPI

/// `TestServer.fill` calls messages `aia_msg_1`, `aia_msg_2`, and so on.
@Suite("Order and anchors of a list of messages")
struct ListingTests {
    private let list = "/v1/Sessions/s/Messages"

    private func ids(_ numbers: some Sequence<Int>) -> [String] { numbers.map { "aia_msg_\($0)" } }

    /// Appends a message under an id of the test's.
    private func append(_ number: Int, to session: String = "s", _ server: TestServer, text: String = "") async throws {
        let message = NewMessage(
            id: MessageID(unchecked: "aia_msg_\(number)"),
            sessionID: SessionID(unchecked: session),
            role: .user,
            content: try JSONObject(#"{"content":"\#(text)"}"#)
        )
        let defaults = MessageDefaults(assistantName: "Test")
        _ = try await server.store.importMessages([message], to: TestServer.sid, defaults: defaults)
    }

    @Test("newest first, links lead forward and back over the same pages", arguments: [1, 2, 7, 50])
    func descending(size: Int) async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 20)
        var page = try await server.page("\(list)?Order=desc&PageSize=\(size)")
        #expect(page.meta.previousPageUrl == nil)
        var pages = [page]
        while let next = page.meta.nextPageUrl {
            page = try await server.page(next)
            pages.append(page)
        }
        #expect(pages.flatMap(\.ids) == ids((1...20).reversed()))
        for expected in pages.dropLast().reversed() {
            page = try await server.page(try #require(page.meta.previousPageUrl))
            #expect(page.ids == expected.ids)
            #expect(page.meta.firstPageUrl == pages[0].meta.url)
        }
        #expect(page.meta.previousPageUrl == nil)
    }

    @Test(
        "a page begins behind a message, ends in front of it, or has it in its middle",
        arguments: [
            ("After=aia_msg_4&PageSize=3", [5, 6, 7]), ("After=aia_msg_9&PageSize=3", [10]),
            ("After=aia_msg_10", []), ("Before=aia_msg_4&PageSize=2", [2, 3]), ("Before=aia_msg_1", []),
            ("Before=aia_msg_3&PageSize=50", [1, 2]), ("Around=aia_msg_5&PageSize=4", [3, 4, 5, 6]),
            ("Around=aia_msg_5&PageSize=5", [3, 4, 5, 6, 7]), ("Around=aia_msg_5&PageSize=1", [5]),
            ("Around=aia_msg_2&PageSize=6", [1, 2, 3, 4, 5, 6]), ("Around=aia_msg_10&PageSize=6", [7, 8, 9, 10]),
            ("Order=desc&After=aia_msg_4&PageSize=2", [3, 2]), ("Order=desc&Before=aia_msg_4&PageSize=2", [6, 5]),
            ("Order=desc&Around=aia_msg_5&PageSize=4", [7, 6, 5, 4]), ("Order=asc&After=aia%5Fmsg_9", [10]),
        ]
    )
    func anchors(_ query: String, _ numbers: [Int]) async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 10)
        let page = try await server.page("\(list)?\(query)")
        #expect(page.ids == ids(numbers))
        let anchor = try #require(query.split(separator: "&").first { $0.contains("=aia") })
        #expect(page.meta.url.contains("?\(anchor)&"))
        #expect(page.meta.firstPageUrl == page.meta.url)
        // One can walk on in both directions, and meets everything else once.
        var (before, after): ([String], [String]) = ([], [])
        var link = page.meta.previousPageUrl
        while let url = link {
            #expect(!url.contains("\(anchor)"))
            let previous = try await server.page(url)
            before = previous.ids + before
            link = previous.meta.previousPageUrl
        }
        link = page.meta.nextPageUrl
        while let url = link {
            #expect(!url.contains("\(anchor)"))
            let next = try await server.page(url)
            after += next.ids
            link = next.meta.nextPageUrl
        }
        let all = ids(1...10)
        #expect(before + page.ids + after == (query.contains("desc") ? all.reversed() : all))
    }

    @Test("around a message there is room for it and for what follows, however long those before it are")
    func aroundLongMessages() async throws {
        let server = try await TestServer()
        let text = String(repeating: "x", count: 900_000)
        for number in 0..<20 { try await append(number, server, text: text) }
        let page = try await server.page("\(list)?Around=aia_msg_12&PageSize=16")
        #expect(page.ids == ids(8...16))
    }

    @Test(
        "what does not fit together, or has another value than it may, is refused with what is allowed",
        arguments: [
            ("Order=up", "Order must be asc or desc"), ("Order=", "Order must be asc or desc"),
            ("Order=DESC", "Order must be asc or desc"),
            ("Order=asc&Order=desc", "Order is given more than once: give it once"),
            ("After=aia_msg_1&After=aia_msg_1", "After is given more than once: give it once"),
            ("Before=aia_msg_1&After=aia_msg_1", "After and Before cannot be combined: leave one out"),
            ("Around=aia_msg_1&PageToken=x", "Around and PageToken cannot be combined: leave one out"),
            ("Order=%FF", "Order is not well-formed: it must be UTF-8, percent-encoded where needed"),
            ("IncludeTotal=1", "IncludeTotal must be true or false"), ("Strict=yes", "Strict must be true or false"),
            ("Strict=true&PageSise=3", #"This list has no parameter "PageSise". Did you mean PageSize?"#),
            ("order=desc&Strict=true", #"This list has no parameter "order". Did you mean Order?"#),
            ("Strict=true&color=red", #"This list has no parameter "color"."#),
        ]
    )
    func refusals(_ query: String, _ message: String) async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 3)
        let answer = try await server.send("\(list)?\(query)")
        #expect(answer.status == 400)
        #expect(try answer.decode(ErrorBody.self).message == message)
        #expect(try answer.decode(ErrorBody.self).code == 20001)
    }

    @Test(
        "a message that the session does not have is named",
        arguments: ["aia_msg_9", "nothing", "", "aia_msg_7"]
    )
    func missing(_ id: String) async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 3)
        try await append(7, to: "t", server)
        for anchor in ["After", "Before", "Around"] {
            let answer = try await server.send("\(list)?\(anchor)=\(id)")
            #expect(answer.status == 404)
            let error = try answer.decode(ErrorBody.self)
            #expect(error.code == 20404)
            #expect(error.message == #"\#(anchor): the session has no message "\#(id)""#)
        }
        #expect(try await server.send("/v1/Sessions/none/Messages?After=aia_msg_1").status == 404)
    }

    @Test("a page at a message that has been deleted since is gone, also where it was cached")
    func deleted() async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 3)
        for _ in 1...3 { #expect(try await server.page("\(list)?After=aia_msg_2").ids == ids([3])) }
        #expect(try await server.send("\(list)/aia_msg_2", method: .DELETE).status == 204)
        #expect(try await server.send("\(list)?After=aia_msg_2").status == 404)
    }

    @Test("parameters of other lists are refused, unknown ones are ignored unless Strict forbids them")
    func otherLists() async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 1)
        let ofMessages = ["After", "Before", "Around", "IncludeTotal", "Role", "Query"]
        let ofSessions = [
            "OrderBy", "AssistantId", "DateUpdatedAfter", "DateUpdatedBefore", "ActivityAfter", "IncludeLastMessage",
        ]
        for (path, names) in [
            ("/v1/Sessions", ofMessages), (list, ofSessions),
            (
                "/v1/Assistants",
                ofMessages + ofSessions + ["Order", "Identity", "DateCreatedAfter", "DateCreatedBefore"]
            ),
        ] {
            for name in names {
                let answer = try await server.send("\(path)?\(name)=asc")
                #expect(answer.status == 400)
                #expect(
                    try answer.decode(ErrorBody.self).message == "\(name) does not apply to this list: leave it out"
                )
            }
            #expect(try await server.send("\(path)?Strict=true&PageSize=2").status == 200)
            #expect(try await server.send("\(path)?Strict=false&color=red").status == 200)
            #expect(try await server.send("\(path)?Strict=true&color=red").status == 400)
        }
    }

    @Test("IncludeTotal says how many messages there are, on every page")
    func total() async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 5)
        #expect(try await server.send("\(list)/aia_msg_2", method: .DELETE).status == 204)
        for query in [
            "IncludeTotal=true", "IncludeTotal=true&PageSize=1&Order=desc", "IncludeTotal=true&After=aia_msg_3",
        ] {
            var page = try await server.page("\(list)?\(query)")
            #expect(page.meta.total == 4)
            if let next = page.meta.nextPageUrl {
                page = try await server.page(next)
                #expect(page.meta.total == 4)
            }
        }
        #expect(try await server.page("\(list)?IncludeTotal=false").meta.total == nil)
        #expect(try await server.page(list).meta.total == nil)
    }

    // MARK: What is new

    @Test("Next-Page-Token leads to what is appended later, without gap or repeat")
    func nextPageToken() async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 3)
        var answer = try await server.send("\(list)?PageSize=2")
        var met = try answer.decode(ListedPage.self).ids
        for round in 0..<4 {
            for _ in 0..<3 {
                let token = try #require(answer.header("next-page-token"))
                answer = try await server.send("\(list)?PageSize=2&PageToken=\(token)")
                met += try answer.decode(ListedPage.self).ids
                // A client that has the page gets the same token with 304.
                let tag = try #require(answer.header("etag"))
                for isCacheUsed in [true, false] {
                    let unchanged = try await server.send(
                        "\(list)?PageSize=2&PageToken=\(token)",
                        headers: ["If-None-Match": tag],
                        isCacheUsed: isCacheUsed
                    )
                    #expect(unchanged.status == 304)
                    #expect(unchanged.header("next-page-token") == answer.header("next-page-token"))
                }
            }
            if round < 3 { try await append(4 + round, server) }
        }
        #expect(met == ids(1...6))
    }

    @Test("an empty session has a Next-Page-Token, and it works until the session is deleted")
    func emptySession() async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 1)
        #expect(try await server.send("\(list)/aia_msg_1", method: .DELETE).status == 204)
        let token = try #require(try await server.send(list).header("next-page-token"))
        try await append(2, server)
        let later = "\(list)?PageToken=\(token)"
        #expect(try await server.page(later).ids == ids([2]))
        #expect(try await server.send("/v1/Sessions/s", method: .DELETE).status == 204)
        #expect(try await server.send(later).status == 404)
        try await append(3, server)
        #expect(try await server.send(later).status == 400)
    }

    @Test("a list that is newest first, and one of something else, has no Next-Page-Token")
    func noNextPageToken() async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 3)
        for uri in ["\(list)?Order=desc", "/v1/Sessions", "/v1/Assistants", "\(list)/aia_msg_1"] {
            #expect(try await server.send(uri).header("next-page-token") == nil)
        }
    }
}
