import AssistantsStore
import HTTPTransport
import NIOCore
import TextSearch

/// The messages of all of an account's sessions, by the words that they have.
struct SearchResource: Sendable {
    let store: any Store
    let tokens: PageTokens
    let scans: FilteredLists

    /// `GET /v1/Messages`: a page of what was found, newest session first and newest message first within it.
    func list(_ request: APIRequest, _ caller: Caller) async throws -> Response {
        let query = try PageQuery(request.target.query, of: .foundMessages)
        guard let filter = query.filter?.ofMessages, let words = filter.query else {
            preconditionFailure("a list of found messages has a query")
        }
        let listing = try Listing<AccountMessageCursor>(
            query,
            of: caller.account,
            budget: MessageRepresentation.searchBudget,
            scan: scans.searchBudget,
            tokens: tokens
        )
        let messages = try await scans.requests.count {
            try await store.matchingMessages(
                AccountMessagesRequest(of: caller.account, page: listing.page, matching: filter)
            )
        }
        let links = listing.links(
            to: request.path,
            at: request.baseURL,
            neighbors: messages.neighbors,
            tokens: tokens
        )
        // Texts are compared once more, to show what was found: an event loop would wait for that.
        return await withTaskExecutorPreference(globalConcurrentExecutor) {
            Response(json: await Self.json(of: messages.items, matching: words, in: caller.account, links: links))
        }
    }

    /// `@concurrent`, so that it runs on the preferred executor and not on the caller's.
    @concurrent
    private static func json(
        of messages: [Message],
        matching query: SearchQuery,
        in account: AccountSID,
        links: PageLinks
    ) async -> ByteBuffer {
        var page = ListRepresentation(key: "messages", capacity: 1_024 + 1_024 * messages.count)
        for message in messages {
            let match = query.match(in: message.content.text.utf8.span.bytes)
            page.append { MessageRepresentation.write(message, of: account, match: match, to: &$0) }
        }
        return page.finish(links: links)
    }
}
