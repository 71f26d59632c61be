import AssistantsStore
import Crypto
import Digests
import TextSearch

/// One page of a list, as a request asks for it: which items, in which order, where the page begins, and how many it has. Parsed once;
/// the page's URLs and their tokens derive from it.
struct Listing<Cursor: KeysetCursor>: Sendable {
    let account: AccountSID
    let query: PageQuery
    /// The first page where `query.anchor` chooses another one, which the store finds.
    let page: PageRequest<Cursor>
    /// What the page's tokens bind it by; `nil` for the plain listing.
    let digest: ListingDigest?

    /// - Parameters:
    ///   - scope: what the path chooses of a list, so that page tokens bind it, too.
    ///   - budget: of a page.
    ///   - scan: how much a request may examine where a filter leaves items out.
    /// - Throws: `APIError` where the page token is not of this listing.
    init(
        _ query: PageQuery,
        of account: AccountSID,
        scope: String? = nil,
        budget: PageBudget,
        scan: ScanBudget = ScanBudget(),
        tokens: PageTokens
    ) throws(APIError) {
        let digest = ListingDigest((scope.map { [("", $0)] } ?? []) + query.selection)
        let anchor: PageRequest<Cursor>.Anchor =
            if let token = query.token { try tokens.anchor(of: token, in: account, binding: digest) } else { .first }
        self.account = account
        self.query = query
        self.digest = digest
        page = PageRequest(anchor, in: query.order, size: query.size, budget: budget, scan: scan)
    }

    /// - Parameters:
    ///   - path: the list's, in the least encoding; the request's may be encoded once too often.
    ///   - token: that of the next page, if it is known already.
    func links(
        to path: String,
        at baseURL: String,
        neighbors: PageNeighbors<Cursor>,
        next token: String? = nil,
        tokens: PageTokens
    ) -> PageLinks {
        PageLinks(
            query,
            list: baseURL + path,
            previous: neighbors.previous.map { tokens.token(before: $0, in: account, binding: digest) },
            next: neighbors.next.map { token ?? tokens.token(after: $0, in: account, binding: digest) }
        )
    }
}

/// A page of a session's messages.
typealias MessageListing = Listing<MessageCursor>

/// Tells listings of one list apart: the first 96 bits of SHA-256 over the parameters that choose the items or their order.
struct ListingDigest: Equatable, Sendable {
    static let length = 12

    /// `ListingDigest.length` of them.
    let bytes: [UInt8]

    /// - Parameter selection: in their canonical order and form. Of none there is no digest: that is the plain listing.
    init?(_ selection: [(name: String, value: String)]) {
        guard !selection.isEmpty else { return nil }
        var hash = SHA256()
        for (name, value) in selection {
            hash.update(name)
            hash.update(value)
        }
        bytes = Array(hash.finalize().prefix(Self.length))
    }
}

extension PageQuery {
    /// What chooses the items or their order, in the canonical order and form of a `ListingDigest`.
    fileprivate var selection: [(name: String, value: String)] {
        var selection: [(ListParameter, String?)] = []
        if order != .ascending { selection.append((.order, order.rawValue)) }
        if sessionOrder != .creation { selection.append((.orderBy, sessionOrder.rawValue)) }
        switch filter {
        case nil: break
        case .messages(let filter):
            selection += filter.roles.map(\.rawValue).sorted().map { (.role, $0) }
            selection.append((.identity, filter.identity))
            selection += Self.selection(.dateCreatedAfter, .dateCreatedBefore, filter.created)
            selection.append((.query, filter.query?.canonicalText))
        case .sessions(let filter):
            selection += [(.identity, filter.identity), (.assistantID, filter.assistantID?.text)]
            selection += Self.selection(.dateCreatedAfter, .dateCreatedBefore, filter.created)
            selection += Self.selection(.dateUpdatedAfter, .dateUpdatedBefore, filter.updated)
            selection.append((.activityAfter, filter.active.start.map { String($0.microseconds) }))
        case .policies(let filter):
            selection += [(.toolID, filter.tool?.text), (.knowledgeID, filter.knowledge)]
        case .tools(let assistant):
            selection.append((.assistantID, assistant.text))
        }
        return selection.compactMap { parameter, value in value.map { (parameter.rawValue, $0) } }
    }

    private static func selection(
        _ after: ListParameter,
        _ before: ListParameter,
        _ range: DateRange
    ) -> [(ListParameter, String?)] {
        [
            (after, range.start.map { String($0.microseconds) }), (before, range.end.map { String($0.microseconds) }),
        ]
    }
}
