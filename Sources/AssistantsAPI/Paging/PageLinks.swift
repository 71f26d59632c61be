/// The URLs of a page's `meta`. Clients fetch them as they are, so they are absolute, and keep the request's other parameters.
struct PageLinks {
    let page: Int
    let pageSize: Int
    let current: String
    let first: String
    let previous: String?
    let next: String?

    /// - Parameters:
    ///   - list: the list's URL, without a query.
    ///   - previous: the token of the page before.
    ///   - next: the token of the next page.
    init(_ query: PageQuery, list: String, previous: String?, next: String?) {
        func url(page: Int, token: String?, anchor: String = "") -> String {
            var url = list
            // Allocated once: the names and values of the paging parameters are shorter than 50 bytes.
            url.reserveCapacity(
                list.utf8.count + anchor.utf8.count + query.otherParameters.utf8.count + (token?.utf8.count ?? 0) + 50
            )
            url += "?"
            url += anchor
            url += query.otherParameters
            url += "PageSize="
            url += String(query.size)
            url += "&Page="
            url += String(page)
            if let token {
                url += "&PageToken="
                url += token
            }
            return url
        }
        page = query.page
        pageSize = query.size
        current = url(page: query.page, token: query.token, anchor: query.anchorParameter)
        first = url(page: 0, token: nil, anchor: query.anchorParameter)
        self.previous = previous.map { url(page: max(query.page - 1, 0), token: $0) }
        self.next = next.map { url(page: query.page + 1, token: $0) }
    }
}
