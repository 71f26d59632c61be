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
    let scans: FilteredLists

    /// `GET /v1/Sessions`: a page, in order of creation or of activity.
    func list(_ request: APIRequest, _ caller: Caller) async throws -> Response {
        let query = try PageQuery(request.target.query, of: .sessions)
        return switch query.sessionOrder {
        case .creation: try await list(query, by: SessionCreationCursor.self, request, caller)
        case .activity: try await list(query, by: SessionActivityCursor.self, request, caller)
        }
    }

    private func list<Cursor: SessionCursor>(
        _ query: PageQuery,
        by cursor: Cursor.Type,
        _ request: APIRequest,
        _ caller: Caller
    ) async throws -> Response {
        let listing = try Listing<Cursor>(
            query,
            of: caller.account,
            budget: ListRepresentation.budget(overhead: SessionRepresentation.overhead(query)),
            scan: scans.budget,
            tokens: tokens
        )
        let filter = query.filter?.ofSessions
        if query.sessionOrder == .activity || query.includesLastMessage || filter?.active.start != nil {
            try await store.requireActivity()
        }
        let sessions = try await read(
            SessionPageRequest(
                of: caller.account,
                page: listing.page,
                matching: filter,
                includesSummaries: query.includesLastMessage
            )
        )
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

    private func read<Cursor: SessionCursor>(
        _ request: SessionPageRequest<Cursor>
    ) async throws -> Page<ListedSession, Cursor> {
        guard request.isScan else { return try await store.matchingSessions(request) }
        // A short scan answers most requests.
        var short = request
        short.page.scan = .short
        let page = try await store.sessions(short)
        guard page.isUnfinished else { return page }
        return try await scans.requests.count { try await store.matchingSessions(request) }
    }

    /// `GET /v1/Sessions/{id}`.
    func fetch(_ session: SessionReference, _ request: APIRequest, _ caller: Caller) async throws -> Response {
        let session = try await store.session(session, in: caller.account)
        var json = ByteBuffer()
        SessionRepresentation.write(ListedSession(session), to: &json)
        return Response(json: json)
    }

    /// `DELETE /v1/Sessions/{id}`: the session and its messages.
    func delete(_ session: SessionReference, _ request: APIRequest, _ caller: Caller) async throws -> Response {
        try await store.delete(session, in: caller.account)
        return Response(status: .noContent)
    }
}
