import AssistantsStore

extension APIError {
    /// What a store's error means to a caller.
    /// - Parameter path: the resource that was asked for.
    init(_ error: StoreError, path: Substring) {
        switch error {
        case .cursorOfAnotherSession:
            self = .badRequest("PageToken belongs to another list: it works only where the API gave it")
        case .invalidSessionID:
            self = .badRequest("A session's id must have 1 to \(SessionID.maximumLength) bytes")
        case .sessionFull(let id):
            self = .badRequest("The session \(id) has as many messages as one can have")
        case .tooMany(.policy):
            self = .badRequest("The tool has \(Policy.maximumCount) policies, the most that one can have")
        case .tooMany(.toolAttachment):
            self = .badRequest(
                "The assistant has \(ToolAttachment.maximumCount) tools, the most that one can have: detach one"
            )
        case .idempotencyKeyReused:
            self = .badRequest(
                "This Idempotency-Key came before, with another request: the same key is for the same path and body"
            )
        case .requestUnderWay:
            self = .conflict("A request with this Idempotency-Key is under way; try again when it is done")
        case .tooManyTurns:
            self = .tooManyRequests("As many messages to this session wait for their replies as may; try again later")
        case .migrationUnfinished:
            self = .notYetAvailable(
                "The database's upgrade is not finished, and this list needs that: run `understudy database migrate --finish`"
            )
        case .unavailable(is CancellationError), .fault(is CancellationError):
            // Requests are cancelled only when the server has waited for them long enough at its shutdown.
            self = .stopping()
        case .turnLost:
            self = .unavailable(error)
        case .unavailable(let cause):
            self = .unavailable(cause)
        case .fault(let cause):
            self = .fault(cause)
        case .accountExists, .notFound(.account), .secondaryAuthTokenNotFound, .notFound(.apiKey), .messageConflict,
            .notFound(.callback), .storeNotEmpty, .tooMany:
            // No operation of the API gets here.
            self = .fault(error)
        case .notFound:
            self = .notFound(path: path)
        }
    }
}
