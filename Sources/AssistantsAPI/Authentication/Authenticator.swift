import AssistantsStore
import Crypto
import HTTPTypes
import Hummingbird
import Secrets

/// Finds out whose request it is.
struct Authenticator: Sendable {
    private let store: any Store
    private let trustedProxies: TrustedProxies
    private let verified = VerifiedCredentials()
    private let failed = FailedLogins()

    init(store: any Store, trustedProxies: TrustedProxies) {
        self.store = store
        self.trustedProxies = trustedProxies
    }

    /// - Throws: `APIError` of status 401, or 429 where many logins have failed.
    func account(for request: Request, from context: ConnectionContext) async throws -> AccountSID {
        guard let header = request.headers[.authorization] else {
            throw APIError.unauthorized(
                "Credentials are missing: use Basic authentication with an account SID and its auth token, or an API key"
            )
        }
        let digest = SHA256.hash(data: Array(header.utf8))
        let now = ContinuousClock.now
        if let account = verified.account(for: digest, at: now) { return account }
        guard let credentials = BasicCredentials(header: header) else {
            throw failure(
                "The Authorization header is not well-formed: it must be Basic and the base64 of user:password",
                request,
                context
            )
        }
        let stored = try await store.credential(for: credentials.userName)
        // Compared with something in any case, so that the time does not tell whether there is such a user.
        let isRight = isEqualInConstantTime(credentials.password.digest, stored?.digest ?? Self.nobody)
        guard isRight, let stored else {
            throw failure("The user name or the password is wrong", request, context)
        }
        verified.keep(stored.account, for: digest, since: now)
        return stored.account
    }

    private func failure(_ message: String, _ request: Request, _ context: ConnectionContext) -> APIError {
        guard let client = trustedProxies.client(of: request, from: context),
            let wait = failed.note(from: client, at: .now)
        else { return .unauthorized(message) }
        return .tooManyRequests(
            "\(message), and too many logins from this address have failed; wait before the next",
            seconds: wait.components.seconds + 1
        )
    }

    private static let nobody = [UInt8](repeating: 0, count: 32)
}
