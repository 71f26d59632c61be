import AssistantsStore
import Hummingbird

/// The messages of a session.
struct MessagesResource: Sendable {
    let store: any Store
    let tokens: PageTokens

    /// `GET /v1/Sessions/{sessionId}/Messages`: a page, oldest first.
    func list(of session: SessionReference, _ call: Call, _ account: AccountSID) async throws -> Response {
        let query = try PageQuery(call.target.query)
        let place: PageRequest<MessageCursor>.Place = try query.place(in: account, tokens)
        // A message of the usual kind has about half a kilobyte.
        var page = PageRepresentation(key: "messages", capacity: 1_024 + 512 * query.size)
        let neighbors = try await store.readMessages(
            of: session,
            in: account,
            page: PageRequest(place, size: query.size)
        ) { message in
            page.append { MessageRepresentation.write(message, of: account, to: &$0) }
        }
        return page.response(
            links: PageLinks(query, at: call, neighbors: neighbors, tokens: tokens, account: account)
        )
    }
}
