/// An error as a client sees it.
struct ErrorBody: Decodable, Equatable {
    let code: Int
    let message: String
    let moreInfo: String
    let status: Int
}
