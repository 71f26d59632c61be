import AssistantsStore
import Crypto
import HTTPTransport
import NIOHTTP1

/// The `Idempotency-Key` of a request: with the same one, what was asked for is done once.
enum IdempotencyKey {
    private static let maximumLength = 255

    /// With the method, the path and the body: all that is asked for.
    /// - Returns: `nil` where the request has no key.
    /// - Throws: `APIError` of status 400 where the key is not one.
    static func request(of request: APIRequest) throws(APIError) -> IdempotentRequest? {
        let keys = request.http.headers("Idempotency-Key")
        guard let key = keys.first else { return nil }
        guard keys.count == 1 else { throw .badRequest("Idempotency-Key is given more than once") }
        guard (1...maximumLength).contains(key.utf8.count), key.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw .badRequest("Idempotency-Key must be 1 to \(maximumLength) ASCII characters")
        }
        var digest = SHA256()
        digest.update(data: Array("\(request.http.method.rawValue) \(request.target.path)\n".utf8))
        digest.update(data: request.body)
        return IdempotentRequest(key: key, digest: Array(digest.finalize()))
    }
}
