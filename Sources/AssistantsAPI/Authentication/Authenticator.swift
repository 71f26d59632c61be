import AssistantsStore
import Crypto
import HTTPTypes
import Hummingbird
import Secrets

/// Finds out whose request it is.
struct Authenticator: Sendable {
    private let store: any Store
    private let verified = VerifiedCredentials()

    init(store: any Store) {
        self.store = store
    }

    /// - Throws: `APIError` of status 401.
    func account(for request: Request) async throws -> AccountSID {
        guard let header = request.headers[.authorization] else {
            throw APIError.unauthorized(
                "Credentials are missing: use Basic authentication with an account SID and its auth token, or an API key"
            )
        }
        let digest = SHA256.hash(data: Array(header.utf8))
        let now = ContinuousClock.now
        if let account = verified.account(for: digest, at: now) { return account }
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
        verified.keep(stored.account, for: digest, since: now)
        return stored.account
    }

    private static let nobody = [UInt8](repeating: 0, count: 32)
}
