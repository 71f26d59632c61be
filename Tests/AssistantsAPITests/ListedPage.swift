/// A page of messages as a client sees it.
struct ListedPage: Decodable {
    struct Message: Decodable {
        let id: String
    }

    struct Meta: Decodable {
        let firstPageUrl: String
        let key: String
        let nextPageUrl: String?
        let page: Int
        let pageSize: Int
        let previousPageUrl: String?
        let total: Int?
        let url: String
    }

    let messages: [Message]
    let meta: Meta

    var ids: [String] { messages.map(\.id) }
}
