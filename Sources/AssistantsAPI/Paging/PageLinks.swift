import AssistantsStore

/// The URLs of a page's `meta`. Clients fetch them as they are, so they are absolute, and keep the request's other parameters.
struct PageLinks {
    let page: Int
    let pageSize: Int
    let current: String
    let first: String
    let previous: String?
    let next: String?

    /// - Parameter path: the list's, in the least encoding; the request's may be encoded once too often.
    init<Cursor: PageTokenCursor>(
        _ query: PageQuery,
        to path: String,
        at request: APIRequest,
        neighbors: PageNeighbors<Cursor>,
        tokens: PageTokens,
        account: AccountSID
    ) {
        let list = request.baseURL + path
        func url(page: Int, token: String?) -> String {
            let token = token.map { "&PageToken=\($0)" } ?? ""
            return "\(list)?\(query.otherParameters)PageSize=\(query.size)&Page=\(page)\(token)"
        }
        page = query.page
        pageSize = query.size
        current = url(page: query.page, token: query.token)
        first = url(page: 0, token: nil)
        previous = neighbors.previous.map { cursor in
            url(page: max(query.page - 1, 0), token: tokens.token(before: cursor, in: account))
        }
        next = neighbors.next.map { cursor in
            url(page: query.page + 1, token: tokens.token(after: cursor, in: account))
        }
    }
}
