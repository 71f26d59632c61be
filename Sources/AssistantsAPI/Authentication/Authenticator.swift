import AssistantsStore
import HTTPTypes
import Hummingbird
import Secrets

/// Finds out whose request it is.
struct Authenticator: Sendable {
    let store: any Store

    /// - Throws: `APIError` of status 401.
    func account(for request: Request) async throws -> AccountSID {
        guard let header = request.headers[.authorization] else {
            throw APIError.unauthorized(
                "Credentials are missing: use Basic authentication with an account SID and its auth token, or an API key"
            )
        }
        guard let credentials = BasicCredentials(header: header) else {
            throw APIError.unauthorized(
                "The Authorization header is not well-formed: it must be Basic and the base64 of user:password"
            )
        }
        let stored = try await store.credential(for: credentials.userName)
        // Compared with something in any case, so that the time does not tell whether there is such a user.
        let isRight = isEqualInConstantTime(credentials.password.digest, stored?.digest ?? Self.nobody)
        guard isRight, let stored else {
            throw APIError.unauthorized("The user name or the password is wrong")
        }
        return stored.account
    }

    private static let nobody = [UInt8](repeating: 0, count: 32)
}
