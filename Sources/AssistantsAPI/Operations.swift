import AssistantsStore
import HTTPTypes
import Hummingbird

/// What can be done at one place.
struct Operations {
    /// What answers a call.
    enum Operation {
        case forAnyone((Call) async throws -> Response)
        /// For who has credentials of an account.
        case forAccounts((Call, AccountSID) async throws -> Response)
    }

    private let byMethod: [HTTPRequest.Method: Operation]

    init(_ byMethod: [HTTPRequest.Method: Operation]) {
        self.byMethod = byMethod
    }

    /// HEAD is answered like GET; the responder leaves the body out.
    /// - Throws: `APIError` of status 405.
    func operation(for method: HTTPRequest.Method) throws(APIError) -> Operation {
        if let operation = byMethod[method == .head ? .get : method] { return operation }
        var allowed = Array(byMethod.keys)
        if byMethod[.get] != nil { allowed.append(.head) }
        throw .methodNotAllowed(method, allowed: allowed.sorted { $0.rawValue < $1.rawValue })
    }
}
