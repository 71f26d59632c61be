import Logging
import NIOHTTP1

/// An answer that says what went wrong, by the family's HTTP status and code.
package struct APIError: Error {
    let status: HTTPResponseStatus
    let code: Int
    /// For the client: what is wrong and what is allowed, without internals.
    let message: String
    var headers = HTTPHeaders()
    /// What happened inside, for the log alone.
    var cause: (any Error)?
    /// Whether it says that there is too much to do: then there may be very many of it.
    var isOverload = false
    /// Whether it is how the server should be.
    var isExpected = false

    var logLevel: Logger.Level {
        if isOverload { return .debug }
        return status.code >= 500 && !isExpected ? .error : .info
    }

    /// A parameter, a header or a body that is not allowed.
    static func badRequest(_ message: String) -> APIError {
        APIError(status: .badRequest, code: 20001, message: message)
    }

    /// A body of more bytes than are taken.
    static func bodyTooLarge(limit: Int) -> APIError {
        APIError(
            status: .payloadTooLarge,
            code: 20001,
            message: "The body is larger than \(limit) bytes",
            headers: ["Connection": "close"]
        )
    }

    /// A request that takes too long to arrive.
    static func timeout(_ message: String) -> APIError {
        APIError(status: .requestTimeout, code: 20001, message: message, headers: ["Connection": "close"])
    }

    /// A body in a form that is not read: where it ends is not known then.
    static func unknownTransferEncoding() -> APIError {
        APIError(
            status: .notImplemented,
            code: 20501,
            message: "The Transfer-Encoding is not supported: use chunked, or a Content-Length",
            headers: ["Connection": "close"],
            isExpected: true
        )
    }

    /// No credentials, or wrong ones.
    static func unauthorized(_ message: String) -> APIError {
        APIError(
            status: .unauthorized,
            code: 20003,
            message: message,
            headers: ["WWW-Authenticate": #"Basic realm="Understudy", charset="UTF-8""#]
        )
    }

    /// Right credentials that are not for this.
    static func forbidden(_ message: String) -> APIError {
        APIError(status: .forbidden, code: 20006, message: message)
    }

    /// No such resource, or another account's: one answer for both.
    static func notFound(path: Substring) -> APIError {
        APIError(status: .notFound, code: 20404, message: "The requested resource \(path) was not found")
    }

    /// No such message in the session.
    static func notFound(_ anchor: ItemAnchor) -> APIError {
        APIError(
            status: .notFound,
            code: 20404,
            message: "\(anchor.parameter.rawValue): the session has no message \"\(anchor.id.shortened)\""
        )
    }

    /// A field of the body names a resource that the account does not have.
    static func notFound(_ resource: String, _ id: String?, field: String) -> APIError {
        APIError(
            status: .notFound,
            code: 20404,
            message: "\"\(field)\": no such \(resource): \"\((id ?? "").shortened)\""
        )
    }

    static func methodNotAllowed(_ method: HTTPMethod, allowed: [HTTPMethod]) -> APIError {
        let allowed = allowed.map(\.rawValue).joined(separator: ", ")
        return APIError(
            status: .methodNotAllowed,
            code: 20004,
            message: "The method \(method.rawValue) is not allowed here; allowed: \(allowed)",
            headers: ["Allow": allowed]
        )
    }

    /// The same request is being worked on.
    static func conflict(_ message: String) -> APIError {
        APIError(status: .conflict, code: 20409, message: message, headers: ["Retry-After": "1"])
    }

    /// Nothing was done, for there is too much to do, or too much has been tried.
    /// - Parameter wait: when to try again. Clients get whole seconds, rounded up, and at least one.
    static func tooManyRequests(_ message: String, after wait: Duration = .seconds(1)) -> APIError {
        let seconds = max(1, Int64((wait / .seconds(1)).rounded(.up)))
        return APIError(status: .tooManyRequests, code: 20429, message: message, headers: ["Retry-After": "\(seconds)"])
    }

    /// The same, where there may be very many of it.
    /// - Parameter wait: when to try again.
    static func overloaded(_ message: String, after wait: Duration = .seconds(1)) -> APIError {
        var error = tooManyRequests(message, after: wait)
        error.isOverload = true
        return error
    }

    /// A fault of ours, or of the machine.
    static func fault(_ cause: any Error) -> APIError {
        APIError(
            status: .internalServerError,
            code: 20500,
            message: "The server failed to answer; its log has more under this response's Twilio-Request-Id",
            cause: cause
        )
    }

    /// The database cannot be reached now.
    static func unavailable(_ cause: any Error) -> APIError {
        APIError(
            status: .serviceUnavailable,
            code: 20503,
            message: "The server cannot reach its database now; try again later",
            headers: ["Retry-After": "1"],
            cause: cause
        )
    }

    /// Something that an operator must do first.
    static func notYetAvailable(_ message: String) -> APIError {
        APIError(status: .serviceUnavailable, code: 20503, message: message, isExpected: true)
    }

    /// The server is on its way out.
    static func stopping(_ message: String = "The server stops; another one, or the next, takes requests") -> APIError {
        APIError(
            status: .serviceUnavailable,
            code: 20503,
            message: message,
            headers: ["Retry-After": "1"],
            isExpected: true
        )
    }
}
