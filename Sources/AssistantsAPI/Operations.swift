import AssistantsStore
import HTTPTypes
import Hummingbird

/// What can be done at one place.
struct Operations {
    /// What answers a request.
    enum Operation {
        case forAnyone((APIRequest) async throws -> Response)
        /// For who has credentials of an account.
        case forAccounts((APIRequest, Caller) async throws -> Response)
    }

    /// Few, and made anew for each request: no dictionary.
    let byMethod: KeyValuePairs<HTTPRequest.Method, Operation>

    init(_ byMethod: KeyValuePairs<HTTPRequest.Method, Operation>) {
        self.byMethod = byMethod
    }

    /// HEAD is answered like GET; the responder leaves the body out.
    /// - Throws: `APIError` of status 405.
    func operation(for method: HTTPRequest.Method) throws(APIError) -> Operation {
        let wanted = method == .head ? .get : method
        if let operation = byMethod.first(where: { $0.key == wanted })?.value { return operation }
        var allowed = byMethod.map(\.key)
        if allowed.contains(.get) { allowed.append(.head) }
        throw .methodNotAllowed(method, allowed: allowed.sorted { $0.rawValue < $1.rawValue })
    }
}
