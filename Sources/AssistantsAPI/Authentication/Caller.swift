import AssistantsStore
import NIOHTTP1

/// Whose request it is, and by which of the account's credentials.
struct Caller: Equatable, Sendable {
    enum Credential: Equatable, Sendable {
        case authToken
        /// The one that is to replace the auth token.
        case secondaryAuthToken
        case apiKey(APIKeySID)
    }

    let account: AccountSID
    let credential: Credential
    /// Whether the credential is only for reading.
    let isReadOnly: Bool

    /// - Throws: `APIError` of status 403 where the credential is not for that.
    func requirePermission(for method: HTTPMethod) throws(APIError) {
        guard isReadOnly, method != .GET, method != .HEAD else { return }
        throw .forbidden("This API key may only read: GET and HEAD")
    }
}
