import AssistantsStore
import Foundation
import NIOHTTP1
import Secrets
import TestSupport

@testable import AssistantsAPI

/// Random operations of one account, each of which must be answered as a model of it says. Throws `Difference` where one is
/// not.
struct ModelRun {
    struct Difference: Error {
        let what: String
    }

    /// A page's link, and what it must lead to.
    private struct Link {
        let url: String
        let session: Int
        let place: ModelSession.Place
        let listing: ModelSession.Listing
    }

    /// A tag that a page had, and what its session was then.
    private struct Tag {
        let url: String
        let text: String
        /// What the page was asked for by; a link decides the session by itself.
        let name: String?
        let session: Int
        let changes: Int
        let nextPageToken: String?
    }

    /// A message to be appended.
    private struct Draft {
        let role: String
        let content: Int

        var json: String { #"{"role":"\#(role)","content":{"n":\#(content)}}"# }
    }

    private struct WireMessage: Decodable {
        struct Number: Decodable { let n: Int? }

        let id: String
        let role: String
        let content: Number
        let meta: Number

        var message: ModelSession.Message {
            ModelSession.Message(id: id, role: role, content: content.n ?? 0, meta: meta.n)
        }
    }

    private struct WirePage: Decodable {
        let messages: [WireMessage]
        let meta: ListedPage.Meta
    }

    private struct WireSessions: Decodable {
        struct Session: Decodable {
            let id: String
            let messageCount: Int?
            let lastMessage: WireMessage?
        }

        let sessions: [Session]
        let meta: ListedPage.Meta
    }

    /// By name, the path's part.
    private static let paths = [
        "a": "a", "webhook:a": "webhook:a", "voice:a": "voice:a", "b/c": "b/c", "b/c/Messages": "b/c%2FMessages",
        "é %": "%C3%A9%20%25",
    ]
    private static let names = paths.keys.sorted()

    private let server: TestServer
    private let authorization: String
    private var random: SeededGenerator
    /// In the order of their creation.
    private var sessions: [ModelSession] = []
    private var links: [Link] = []
    private var tags: [Tag] = []
    /// By idempotency key, the request and its answer.
    private var keys: [String: (path: String, body: String, answer: String)] = [:]
    private var numbers = 0
    private var changes = 0
    private(set) var history: [String] = []

    init(_ server: TestServer, seed: UInt64) async throws {
        self.server = server
        random = SeededGenerator(seed: seed)
        let account = AccountSID.random()
        let token = Secret("the token of seed \(seed)")
        try await server.store.create(
            Account(sid: account, name: "", dateCreated: .now),
            token: StoredAuthToken(digest: token.digest, sealed: [])
        )
        authorization = TestServer.basic(account.text, token.text)
    }

    // MARK: Operations

    mutating func step() async throws {
        let name = pick(Self.names)
        switch Int.random(in: 0..<21, using: &random) {
        case 0..<4: try await append(to: name)
        case 4: try await appendBadly(to: name)
        case 5: try await appendOnce(to: name)
        case 6..<9: try await list(name)
        case 9..<12: try await follow()
        case 12, 13: try await askAgain()
        case 14: try await update(in: name)
        case 15, 16: try await delete(in: name)
        case 17: try await fetch(in: name)
        case 18: try await deleteSession(name)
        case 19: try await walkSessions()
        default: try await walk(name)
        }
    }

    /// All that there is, by walks.
    mutating func compareAll() async throws {
        for session in sessions { try await walk(session.id) }
        try await walkSessions()
    }

    private mutating func append(to name: String) async throws {
        let count = Int.random(in: 1...5, using: &random)
        let drafts = (0..<count).map { _ in newDraft() }
        let isBatch = count > 1 || Bool.random(using: &random)
        let body = isBatch ? batch(drafts.map(\.json)) : drafts[0].json
        let answer = try await send(.POST, list(of: name), body: body)
        try expect(answer.status == 201, answer)
        let appended =
            try isBatch
            ? answer.decode([String: [WireMessage]].self)["messages", default: []] : [answer.decode(WireMessage.self)]
        try expect(appended.count == count, answer)
        try append(appended, drafts, to: name, answer)
    }

    /// One bad message of several, at a place of its own: nothing of them is stored.
    private mutating func appendBadly(to name: String) async throws {
        var bodies = (0..<3).map { _ in newDraft().json }
        bodies[Int.random(in: 0..<3, using: &random)] = pick([
            #"{"role":"system","content":{}}"#, #"{"role":"user"}"#, #"{"role":"user","content":{"a":1,"a":2}}"#, "1",
        ])
        let answer = try await send(.POST, list(of: name), body: batch(bodies))
        try expect(answer.status == 400, answer)
    }

    private mutating func appendOnce(to name: String) async throws {
        let key = pick(["k", "l", "m"])
        let isAgain = Bool.random(using: &random)
        let path = list(of: name)
        if let before = keys[key] {
            let (path, body) = isAgain ? (before.path, before.body) : (path, newDraft().json)
            let answer = try await send(.POST, path, headers: ["Idempotency-Key": key], body: body)
            try expect(isAgain ? answer.status == 201 && answer.body == before.answer : answer.status == 400, answer)
            return
        }
        let draft = newDraft()
        let answer = try await send(.POST, path, headers: ["Idempotency-Key": key], body: draft.json)
        try expect(answer.status == 201, answer)
        keys[key] = (path, draft.json, answer.body)
        try append([answer.decode(WireMessage.self)], [draft], to: name, answer)
    }

    private mutating func list(_ name: String) async throws {
        let listing = newListing()
        let order = listing.order
        let parameter = order == .descending ? "" : pick(["", "&Order=asc"])
        let total = listing.role == nil ? pick(["", "&IncludeTotal=true", "&IncludeTotal=false"]) : ""
        let url = "\(list(of: name))?\(query(of: listing))\(parameter)\(total)"
        guard Bool.random(using: &random) else {
            return try await page(url, named: name, of: resolve(name).map { ($0, .first, listing) })
        }
        // At a message.
        let (index, id) = target(in: name)
        let anchor = pick(["After", "Before", "Around"])
        guard let index, let found = sessions[index].place(of: id) else {
            let answer = try await send(.GET, "\(url)&\(anchor)=\(id)")
            try expect(answer.status == 404, answer)
            return
        }
        let position = order == .ascending ? found : -found
        let place: ModelSession.Place =
            switch anchor {
            case "After": .after(position)
            case "Before": .before(position)
            default: sessions[index].place(around: found, in: listing)
            }
        try await page("\(url)&\(anchor)=\(id)", named: name, of: (index, place, listing))
    }

    private mutating func follow() async throws {
        guard let link = links.randomElement(using: &random) else { return }
        try await page(
            link.url,
            of: sessions.firstIndex { $0.number == link.session }.map { ($0, link.place, link.listing) }
        )
    }

    /// With a tag that the page had: 304 where it is of the same session, and nothing has changed in that.
    private mutating func askAgain() async throws {
        guard let tag = tags.randomElement(using: &random) else { return }
        let answer = try await send(.GET, tag.url, headers: ["If-None-Match": tag.text])
        let index = tag.name.map(resolve) ?? sessions.firstIndex { $0.number == tag.session }
        guard let index else {
            try expect(isGone(answer, tag.url), answer)
            return
        }
        let isSame = sessions[index].number == tag.session && sessions[index].changes == tag.changes
        // Of a message that is gone, there is no page.
        let anchor = tag.url.firstMatch(of: /=(aia_msg_[^&]+)/).map { String($0.1) }
        let isGone = answer.status == 404 && anchor.map { sessions[index].place(of: $0) == nil } == true
        try expect(isGone || answer.status == (isSame ? 304 : 200), answer)
        if isSame { try expect(answer.header("next-page-token") == tag.nextPageToken, answer) }
    }

    private mutating func update(in name: String) async throws {
        let (index, id) = target(in: name)
        numbers += 1
        let isContent = Bool.random(using: &random)
        let body = isContent ? #"{"content":{"n":\#(numbers)}}"# : #"{"meta":{"n":\#(numbers)}}"#
        let answer = try await send(.PUT, "\(list(of: name))/\(id)", body: body)
        guard let index, let place = sessions[index].place(of: id) else {
            try expect(answer.status == 404, answer)
            return
        }
        if isContent {
            sessions[index].messages[place]?.content = numbers
        } else {
            sessions[index].messages[place]?.meta = numbers
        }
        noteChange(of: index)
        try expect(
            try answer.status == 200 && answer.decode(WireMessage.self).message == sessions[index].messages[place],
            answer
        )
    }

    private mutating func delete(in name: String) async throws {
        let (index, id) = target(in: name)
        let answer = try await send(.DELETE, "\(list(of: name))/\(id)")
        guard let index, let place = sessions[index].place(of: id) else {
            try expect(answer.status == 404, answer)
            return
        }
        try expect(answer.status == 204, answer)
        sessions[index].messages[place] = nil
        noteChange(of: index)
    }

    private mutating func fetch(in name: String) async throws {
        let (index, id) = target(in: name)
        let answer = try await send(.GET, "\(list(of: name))/\(id)")
        guard let index, let place = sessions[index].place(of: id) else {
            try expect(answer.status == 404, answer)
            return
        }
        try expect(
            try answer.status == 200 && answer.decode(WireMessage.self).message == sessions[index].messages[place],
            answer
        )
    }

    private mutating func deleteSession(_ name: String) async throws {
        let answer = try await send(.DELETE, "/v1/Sessions/\(Self.paths[name] ?? name)")
        guard let index = resolve(name) else {
            try expect(answer.status == 404, answer)
            return
        }
        try expect(answer.status == 204, answer)
        sessions.remove(at: index)
    }

    /// Forward to the end, and back from there to the beginning.
    private mutating func walk(_ name: String) async throws {
        let listing = newListing()
        guard let session = resolve(name) else { return try await list(name) }
        let expected = sessions[session].messages(in: listing)
        var met: [ModelSession.Message] = []
        var url: String? = "\(list(of: name))?\(query(of: listing))"
        var last = ""
        while let here = url {
            let answer = try await send(.GET, here)
            try expect(answer.status == 200, answer)
            let page = try answer.decode(WirePage.self)
            met += page.messages.map(\.message)
            (url, last) = (page.meta.nextPageUrl, here)
        }
        try expect(met == expected, "a walk of \(name), \(listing)")
        url = last
        met = []
        while let here = url {
            let page = try await send(.GET, here).decode(WirePage.self)
            met = page.messages.map(\.message) + met
            url = page.meta.previousPageUrl
        }
        try expect(met == expected, "a walk of \(name), \(listing), backwards")
    }

    private mutating func walkSessions() async throws {
        let size = Int.random(in: 1...3, using: &random)
        let isByActivity = Bool.random(using: &random)
        let (isDescending, hasMessages) = (Bool.random(using: &random), Bool.random(using: &random))
        // Every session's is that of messages without one.
        let identity = pick([nil, "user_id:unknown", "user_id:nobody"])
        var parameters = ["PageSize=\(size)"]
        if isByActivity { parameters.append("OrderBy=activity") }
        if isDescending { parameters.append("Order=desc") }
        if hasMessages { parameters.append("IncludeLastMessage=true") }
        if let identity { parameters.append("Identity=\(identity)") }
        var url: String? = "/v1/Sessions?\(parameters.joined(separator: "&"))"
        var met: [WireSessions.Session] = []
        while let here = url {
            let page = try await send(.GET, here).decode(WireSessions.self)
            met += page.sessions
            url = page.meta.nextPageUrl
        }
        var expected = identity == "user_id:nobody" ? [] : sessions
        if isByActivity { expected.sort { $0.lastChange < $1.lastChange } }
        if isDescending { expected.reverse() }
        try expect(met.map(\.id) == expected.map(\.id), "\(parameters): \(met), and not \(expected.map(\.id))")
        for (found, session) in zip(met, expected) where hasMessages {
            let messages = session.messages.compactMap(\.self)
            try expect(found.messageCount == messages.count, "the number of messages of \(found)")
            try expect(found.lastMessage?.message == messages.last, "the last message of \(found)")
        }
    }

    // MARK: Model

    private mutating func noteChange(of session: Int) {
        changes += 1
        sessions[session].changes += 1
        sessions[session].lastChange = changes
    }

    /// The index of the session that a name means.
    private func resolve(_ name: String) -> Int? {
        let hasPrefix = name.hasPrefix("webhook:") || name.hasPrefix("voice:")
        let candidates = hasPrefix ? [name] : [name, "webhook:\(name)", "voice:\(name)"]
        return candidates.lazy.compactMap { id in sessions.firstIndex { $0.id == id } }.first
    }

    /// Takes messages that were appended into the model, under the ids that they got.
    private mutating func append(_ appended: [WireMessage], _ drafts: [Draft], to name: String, _ answer: Answer) throws
    {
        if resolve(name) == nil {
            numbers += 1
            sessions.append(ModelSession(id: name, number: numbers))
        }
        guard let index = resolve(name) else { return }
        for (wire, draft) in zip(appended, drafts) {
            let message = ModelSession.Message(id: wire.id, role: draft.role, content: draft.content)
            try expect(wire.message == message, answer)
            sessions[index].messages.append(message)
        }
        noteChange(of: index)
    }

    /// Asks for a page, which must be the model's.
    /// - Parameter page: `nil` where the session is not there.
    private mutating func page(
        _ url: String,
        named name: String? = nil,
        of page: (session: Int, place: ModelSession.Place, listing: ModelSession.Listing)?
    ) async throws {
        let answer = try await send(.GET, url)
        guard let (index, place, listing) = page else {
            try expect(isGone(answer, url), answer)
            return
        }
        try expect(answer.status == 200, answer)
        let session = sessions[index]
        let expected = session.page(place, in: listing)
        let total = url.contains("IncludeTotal=true") ? session.messages.count { $0 != nil } : nil
        let found = try answer.decode(WirePage.self)
        try expect(found.meta.total == total, answer)
        try expect(found.messages.map(\.message) == expected.messages, answer)
        for (url, place) in [(found.meta.nextPageUrl, expected.next), (found.meta.previousPageUrl, expected.previous)] {
            try expect((url == nil) == (place == nil), answer)
            guard let url, let place else { continue }
            links.append(Link(url: url, session: session.number, place: place, listing: listing))
        }
        let token = answer.header("next-page-token")
        try expect((token == nil) == (listing.order == .descending), answer)
        if let token, let path = found.meta.url.split(separator: "?").first {
            let url = "\(path)?\(query(of: listing))&PageToken=\(token)"
            links.append(Link(url: url, session: session.number, place: expected.end, listing: listing))
        }
        guard let tag = answer.header("etag") else { throw Difference(what: "no ETag") }
        tags.append(
            Tag(
                url: url,
                text: tag,
                name: name,
                session: session.number,
                changes: session.changes,
                nextPageToken: token
            )
        )
    }

    /// A link of a session that was deleted is refused where its name means another one.
    private func isGone(_ answer: Answer, _ url: String) -> Bool {
        answer.status == 404 || (answer.status == 400 && url.contains("PageToken"))
    }

    // MARK: Words

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: values.indices, using: &random)]
    }

    private mutating func newListing() -> ModelSession.Listing {
        ModelSession.Listing(
            order: pick([.ascending, .descending]),
            role: pick([nil, nil, "user", "assistant", "tool"]),
            size: Int.random(in: 1...7, using: &random)
        )
    }

    private func query(of listing: ModelSession.Listing) -> String {
        let order = listing.order == .descending ? "&Order=desc" : ""
        return "PageSize=\(listing.size)\(order)\(listing.role.map { "&Role=\($0)" } ?? "")"
    }

    private func list(of name: String) -> String { "/v1/Sessions/\(Self.paths[name] ?? name)/Messages" }

    private func batch(_ bodies: [String]) -> String { #"{"messages":[\#(bodies.joined(separator: ","))]}"# }

    private mutating func newDraft() -> Draft {
        numbers += 1
        return Draft(role: pick(["user", "assistant"]), content: numbers)
    }

    /// A message of what the name means, or of another session, or of none.
    private mutating func target(in name: String) -> (session: Int?, message: String) {
        let session = resolve(name)
        let ids = sessions.flatMap { $0.messages.compactMap { $0?.id } }
        let own = session.map { sessions[$0].messages.compactMap { $0?.id } } ?? []
        let isOwn = Int.random(in: 0..<4, using: &random) > 0
        return (session, (isOwn ? own : ids).randomElement(using: &random) ?? "aia_msg_none")
    }

    private mutating func send(
        _ method: HTTPMethod,
        _ url: String,
        headers: HTTPHeaders = [:],
        body: String? = nil
    ) async throws -> Answer {
        let answer = try await server.send(
            String(url.trimmingPrefix("http://localhost")),
            method: method,
            headers: headers,
            body: body,
            authorization: authorization
        )
        history.append("\(method) \(url) \(body ?? ""): \(answer.status)")
        return answer
    }

    private func expect(_ isTrue: Bool, _ answer: Answer) throws {
        try expect(isTrue, "\(answer.status) \(answer.body)")
    }

    private func expect(_ isTrue: Bool, _ what: String) throws {
        if !isTrue { throw Difference(what: what) }
    }
}
