import AssistantsStore
import HTTPTransport

/// The policies of an account.
struct PoliciesResource: Sendable {
    let store: any Store
    let tokens: PageTokens

    /// `GET /v1/Policies`: a page, in order of creation; with a `ToolId`, of that tool's.
    func list(_ request: APIRequest, _ caller: Caller) async throws -> Response {
        let query = try PageQuery(request.target.query, of: .policies)
        let listing = try Listing<PolicyCursor>(
            query,
            of: caller.account,
            budget: ListRepresentation.budget(overhead: PolicyRepresentation.overhead),
            tokens: tokens
        )
        let policies = try await policies(listing)
        var page = ListRepresentation(key: "policies", capacity: 1_024 * (policies.items.count + 1))
        for policy in policies.items { page.append { PolicyRepresentation(policy: policy).write(to: &$0) } }
        let links = listing.links(
            to: request.path,
            at: request.baseURL,
            neighbors: policies.neighbors,
            tokens: tokens
        )
        return Response(json: page.finish(links: links))
    }

    private func policies(_ listing: Listing<PolicyCursor>) async throws -> Page<Policy, PolicyCursor> {
        var owner: RowOwner?
        if case .policies(let filter) = listing.query.filter {
            // There is no knowledge yet, and so no policy of any.
            guard filter.knowledge == nil else {
                return Page(items: [], neighbors: PageNeighbors(previous: nil, next: nil))
            }
            owner = filter.tool.map(RowOwner.tool)
        }
        return try await store.list(Policy.self, of: listing.account, owner: owner, page: listing.page)
    }
}
