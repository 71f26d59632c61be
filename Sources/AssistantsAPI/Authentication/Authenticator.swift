import AssistantsStore
import Crypto
import Digests
import HTTPTransport
import NIOHTTP1
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
    func caller(of request: Request) async throws -> Caller {
        guard let header = request.header("Authorization") else {
            throw APIError.unauthorized(
                "Credentials are missing: use Basic authentication with an account SID and its auth token, or an API key"
            )
        }
        var hash = SHA256()
        hash.update(header)
        let digest = hash.finalize()
        let now = ContinuousClock.now
        if let caller = verified.caller(for: digest, at: now) { return caller }
        guard let credentials = BasicCredentials(header: header) else {
            throw failure(
                "The Authorization header is not well-formed: it must be Basic and the base64 of user:password",
                request
            )
        }
        let stored = try await store.credential(for: credentials.userName)
        // Compared with something in any case, and with all that there is, so that the time tells nothing of a user.
        let given = credentials.password.sha256
        let matches = (stored?.digests ?? [Self.nobody]).map { given == $0 }
        guard let index = matches.firstIndex(of: true), let stored else {
            throw failure("The user name or the password is wrong", request)
        }
        let caller = Caller(
            account: stored.account,
            credential: Self.credential(named: credentials.userName, index),
            isReadOnly: stored.isReadOnly
        )
        verified.keep(caller, for: digest, since: now)
        return caller
    }

    /// - Parameter index: of the stored digest that matched. An account's first one is that of its auth token.
    private static func credential(named userName: String, _ index: Int) -> Caller.Credential {
        if let key = APIKeySID(userName) { return .apiKey(key) }
        return index == 0 ? .authToken : .secondaryAuthToken
    }

    private func failure(_ message: String, _ request: Request) -> APIError {
        guard let client = trustedProxies.client(of: request),
            let wait = failed.note(from: client, at: .now)
        else { return .unauthorized(message) }
        return .tooManyRequests(
            "\(message), and too many logins from this address have failed; wait before the next",
            after: wait
        )
    }

    private static let nobody = [UInt8](repeating: 0, count: 32)
}
