import AssistantsStore
import HTTPTypes

/// Whose request it is, by its credentials.
struct Caller {
    let account: AccountSID
    /// Whether the credentials change nothing.
    let isReadOnly: Bool

    /// - Throws: `APIError` of status 403 where the credentials are not for that.
    func requirePermission(for method: HTTPRequest.Method) throws(APIError) {
        guard isReadOnly, method != .get, method != .head else { return }
        throw .forbidden("This API key may only read: GET and HEAD")
    }
}
