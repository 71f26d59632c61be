import Foundation

/// A response as a client sees it.
struct Answer {
    let status: Int
    let body: String
    private let headers: [String: String]

    init(status: Int, headers: [String: String], body: String) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// - Parameter name: in lower case.
    func header(_ name: String) -> String? { headers[name] }

    func decode<Body: Decodable>(_ type: Body.Type) throws -> Body {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(body.utf8))
    }
}
