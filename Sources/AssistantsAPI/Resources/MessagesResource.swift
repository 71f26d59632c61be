import AssistantsStore
import HTTPTransport
import NIOCore
import NIOHTTP1
import PrometheusMetrics
import TextEncodings

extension MessageID: PathParameter {}

/// The messages of a session, and each of them.
struct MessagesResource: Sendable {
    let store: any Store
    let tokens: PageTokens
    private let tags: PageTags
    private let cache: PageCache
    private let scans: FilteredLists
    private let sizeEstimate = MessageSizeEstimate()

    /// - Parameter metrics: get the kept pages' figures.
    init(
        store: any Store,
        tokens: PageTokens,
        tags: PageTags,
        scans: FilteredLists,
        options: APIOptions,
        metrics: MetricsRegistry
    ) {
        self.store = store
        self.tokens = tokens
        self.tags = tags
        self.scans = scans
        let cache = PageCache(capacity: options.pageCacheSize)
        self.cache = cache
        metrics.gauge("understudy_page_cache_bytes", "How much memory the pages take that are kept.") {
            Double(cache.size)
        }
        metrics.counter("understudy_page_cache_hits_total", "How often a page that was asked for was kept.") {
            Double(cache.hits)
        }
        metrics.counter("understudy_page_cache_misses_total", "How often a page that was asked for was not kept.") {
            Double(cache.misses)
        }
    }

    /// `GET /v1/Sessions/{sessionId}/Messages`: a page, oldest first or newest first.
    func list(of session: SessionReference, _ request: APIRequest, _ caller: Caller) async throws -> Response {
        let key = PageKey(request, in: caller.account)
        let condition = request.http.header("If-None-Match")
        let state = store.state
        let cached = cache.page(for: key, unless: condition)
        if let cached, state != nil, cached.state == state {
            return Response(unless: condition, cached)
        }
        let listing = try cached?.listing ?? listing(request, caller.account)
        let known = cached?.tag ?? condition.flatMap { tags.tag(in: $0, of: key) }
        var json = ListRepresentation(key: "messages", capacity: sizeEstimate.capacity(for: listing.page.size))
        var wanted = MessagePageRequest(
            of: session,
            in: caller.account,
            page: listing.page,
            matching: listing.query.filter?.ofMessages,
            unless: known?.version
        )
        let reading: MessagePageReading
        do {
            if listing.query.includesTotal { try await store.requireTotals() }
            wanted.anchor = try await anchor(listing, of: session)
            reading = try await read(&wanted, into: &json)
        } catch {
            throw error.naming(listing.query.anchor)
        }
        guard case .read(let place) = reading else {
            guard let known else { preconditionFailure("no version was given that it could be") }
            let page =
                cached
                ?? PageCache.Page(
                    listing: listing,
                    tag: known,
                    nextPageToken: nextPageToken(of: listing, known.end),
                    content: nil,
                    state: state
                )
            cache.confirm(page, for: key, in: state)
            return Response(unless: condition, page)
        }
        sizeEstimate.add(json.length, of: json.count)
        let nextPageToken = nextPageToken(of: listing, place.end)
        let links = listing.links(
            to: request.route.template.path(PathParameters(wanted.session.name ?? "")),
            at: request.baseURL,
            neighbors: place.neighbors,
            // Where there is a next page, it begins at the end of this one.
            next: nextPageToken,
            tokens: tokens
        )
        let body = json.finish(links: links, total: listing.query.includesTotal ? place.total : nil)
        let content = await Content(body, as: request.coding)
        guard place.isReproducible else { return Response(page: content, nextPageToken: nextPageToken) }
        let page = PageCache.Page(
            listing: listing,
            tag: tags.tag(place.version, endingAt: place.end.position, of: key),
            nextPageToken: nextPageToken,
            content: content,
            state: state
        )
        cache.insert(page, for: key)
        return Response(unless: condition, page)
    }

    /// The page token of what comes behind a page, now or later; `nil` where nothing comes there later.
    private func nextPageToken(of listing: MessageListing, _ end: MessageCursor) -> String? {
        guard listing.page.order == .ascending else { return nil }
        return tokens.token(after: end, in: listing.account, binding: listing.digest)
    }

    /// Reads a page. Where a page token was made for the session that the request's names when it is decoded once more, it becomes that
    /// one: Java's SDK percent-encodes the paths of a page's URLs again.
    /// - Throws: `StoreError`, `APIError`.
    private func read(
        _ request: inout MessagePageRequest,
        into json: inout ListRepresentation,
        isDecodedAgain: Bool = false
    ) async throws -> MessagePageReading {
        do {
            guard request.filter == nil else { return try await readMatching(request, into: &json) }
            let account = request.account
            return try await store.readMessages(request) { row in
                json.append { MessageRepresentation.write(row, of: account, to: &$0) }
            }
        } catch let error as StoreError {
            guard !isDecodedAgain, error.isOfSessionName, request.page.anchor.cursor != nil,
                let decoded = Self.decodedAgain(request.session)
            else { throw error }
            request.session = decoded
            do {
                return try await read(&request, into: &json, isDecodedAgain: true)
            } catch let second as StoreError {
                throw second.isOfSessionName ? error : second
            }
        }
    }

    private func readMatching(
        _ request: MessagePageRequest,
        into json: inout ListRepresentation
    ) async throws -> MessagePageReading {
        let query = request.filter?.query
        func append(_ row: borrowing MessageRow) {
            let match = if let query { query.match(in: row.content) } else { SearchMatch?.none }
            json.append { MessageRepresentation.write(row, of: request.account, match: match, to: &$0) }
        }
        // To look for words takes longer.
        if request.isScan, query == nil {
            // A short scan answers most requests.
            var short = request
            short.page.scan = .short
            let reading = try await store.readMatchingMessages(short, isTrial: true, append)
            guard case .read(let place) = reading, place.isUnfinished else { return reading }
            json.removeAll()
        }
        return try await scans.requests.count { try await store.readMatchingMessages(request, append) }
    }

    /// The message at which the page is to begin, if there can be one.
    private func anchor(_ listing: MessageListing, of session: SessionReference) async throws -> MessageAnchor? {
        guard let item = listing.query.anchor else { return nil }
        guard let id = MessageID(item.id) else {
            // A session that does not exist is what is wrong first.
            _ = try await store.session(session, in: listing.account)
            throw StoreError.notFound(.message)
        }
        return MessageAnchor(item.place, id)
    }

    /// `nil` where that is nothing else, or no name.
    private static func decodedAgain(_ session: SessionReference) -> SessionReference? {
        guard let name = session.name, name.utf8.contains(UInt8(ascii: "%")) else { return nil }
        return (try? PercentEncoding.decode(name[...])).map { SessionReference($0) }
    }

    private static let budget = ListRepresentation.budget(overhead: MessageRepresentation.overhead)

    private func listing(_ request: APIRequest, _ account: AccountSID) throws(APIError) -> MessageListing {
        let query = try PageQuery(request.target.query, of: .messages)
        let isSearch = query.filter?.ofMessages?.query != nil
        return try MessageListing(
            query,
            of: account,
            budget: isSearch ? MessageRepresentation.searchBudget : Self.budget,
            scan: isSearch ? scans.searchBudget : scans.budget,
            tokens: tokens
        )
    }

    /// `POST /v1/Sessions/{sessionId}/Messages`: one message, or several, all or nothing.
    func append(to session: SessionReference, _ request: APIRequest, _ caller: Caller) async throws -> Response {
        let body = try AppendBody(json: request.body)
        let once = try IdempotencyKey.request(of: request).map { key in
            IdempotentWrite(key) { messages in
                StoredAnswer(
                    status: 201,
                    body: Array(Self.json(of: messages, in: caller.account, isList: body.isList).readableBytesView)
                )
            }
        }
        let result = try await store.append(
            body.drafts,
            to: session,
            in: caller.account,
            defaults: MessageDefaults(assistantName: "Appended transcripts"),
            once: once
        )
        return switch result {
        case .done(let messages):
            Response(status: .created, json: Self.json(of: messages, in: caller.account, isList: body.isList))
        case .replayed(let answer):
            Response(replaying: answer)
        }
    }

    /// What was appended, in the form in which it came: a list, or one message.
    private static func json(of messages: [Message], in account: AccountSID, isList: Bool) -> ByteBuffer {
        guard isList else {
            var json = ByteBuffer()
            for message in messages { MessageRepresentation.write(message, of: account, to: &json) }
            return json
        }
        var list = ListRepresentation(key: "messages", capacity: 1_024)
        for message in messages {
            list.append { MessageRepresentation.write(message, of: account, to: &$0) }
        }
        return list.finish()
    }

    // MARK: One message

    /// `GET /v1/Sessions/{sessionId}/Messages/{id}`.
    func fetch(
        _ session: SessionReference,
        _ id: MessageID,
        _ request: APIRequest,
        _ caller: Caller
    ) async throws -> Response {
        response(with: try await store.message(id, of: session, in: caller.account), of: caller.account)
    }

    /// `PUT /v1/Sessions/{sessionId}/Messages/{id}`: changes `content`, `meta` or both; the message keeps its position.
    func update(
        _ session: SessionReference,
        _ id: MessageID,
        _ request: APIRequest,
        _ caller: Caller
    ) async throws -> Response {
        let changes = try APIError.naming("The body") { () throws(InvalidObject) in
            let message = try IncomingMessage(json: request.body, allowed: MessageField.changeable)
            guard message.content != nil || message.meta != nil else {
                throw InvalidObject("has nothing to change: give \"content\", \"meta\" or both")
            }
            return MessageChanges(content: message.content, meta: message.meta)
        }
        return response(
            with: try await store.update(id, of: session, in: caller.account, with: changes, at: .now),
            of: caller.account
        )
    }

    /// `DELETE /v1/Sessions/{sessionId}/Messages/{id}`.
    func delete(
        _ session: SessionReference,
        _ id: MessageID,
        _ request: APIRequest,
        _ caller: Caller
    ) async throws -> Response {
        try await store.delete(id, of: session, in: caller.account)
        return Response(status: .noContent)
    }

    private func response(with message: Message, of account: AccountSID) -> Response {
        var json = ByteBuffer()
        MessageRepresentation.write(message, of: account, to: &json)
        json.removeLineBreaks()
        return Response(json: json)
    }
}

extension Error {
    /// Names the message at which a page was to begin, where the session does not have it.
    fileprivate func naming(_ anchor: ItemAnchor?) -> any Error {
        switch self as? StoreError {
        case .notFound(.message)?: anchor.map(APIError.notFound) ?? self
        default: self
        }
    }
}

extension StoreError {
    /// Whether it says that a name means no session, or not that of the cursor.
    fileprivate var isOfSessionName: Bool {
        switch self {
        case .notFound(.session), .cursorOfAnotherSession: true
        default: false
        }
    }
}
