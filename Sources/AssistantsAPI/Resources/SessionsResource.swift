import AssistantsStore
import HTTPTransport
import NIOCore
import NIOHTTP1

extension SessionReference: PathParameter {
    static var mayHoldSlashes: Bool { true }

    /// Whether there is such a session is for the store to say.
    static func isValid(_ text: String) -> Bool { true }
}

/// The sessions of an account.
struct SessionsResource: Sendable {
    let store: any Store
    let tokens: PageTokens

    /// `GET /v1/Sessions`: a page, in order of creation.
    func list(_ request: APIRequest, _ caller: Caller) async throws -> Response {
        let listing = try Listing<SessionCursor>(
            request.target.query,
            of: caller.account,
            budget: ListRepresentation.budget(overhead: SessionRepresentation.overhead),
            tokens: tokens
        )
        let sessions = try await store.sessions(of: caller.account, page: listing.page)
        var page = ListRepresentation(key: "sessions", capacity: 1_024 + 512 * sessions.items.count)
        for session in sessions.items {
            page.append { SessionRepresentation.write(session, to: &$0) }
        }
        return Response(
            json: page.finish(
                links: listing.links(
                    to: request.path,
                    at: request.baseURL,
                    neighbors: sessions.neighbors,
                    tokens: tokens
                )
            )
        )
    }

    /// `GET /v1/Sessions/{id}`.
    func fetch(_ session: SessionReference, _ request: APIRequest, _ caller: Caller) async throws -> Response {
        let session = try await store.session(session, in: caller.account)
        var json = ByteBuffer()
        SessionRepresentation.write(session, to: &json)
        return Response(json: json)
    }

    /// `DELETE /v1/Sessions/{id}`: the session and its messages.
    func delete(_ session: SessionReference, _ request: APIRequest, _ caller: Caller) async throws -> Response {
        try await store.delete(session, in: caller.account)
        return Response(status: .noContent)
    }
}
