package import AssistantsStore

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notFound(.message): "The session has no such message"
        case .invalidSessionID: "No session can have this id"
        case .cursorOfAnotherSession: "The page belongs to another session"
        case .accountExists(let sid): "There is an account \(sid) already"
        case .notFound(.account(let sid)): "There is no account \(sid); understudy account list shows them"
        case .secondaryAuthTokenNotFound(let sid):
            "The account \(sid) has no secondary auth token; understudy account token create makes one"
        case .notFound(.apiKey(let sid)): "The account has no API key \(sid); understudy key list shows them"
        case .messageConflict(let id, _): "The session has a message \(id) with other content already"
        case .sessionFull(let id): "The session \(id) has as many messages as one can have"
        case .tooMany(let table): "The owner has the maximum number of rows in the table \(table.rawValue)"
        case .idempotencyKeyReused: "The idempotency key came before, with another request"
        case .requestUnderWay: "The request has not been answered yet"
        case .tooManyTurns: "As many turns of the session are waiting as may"
        case .turnLost: "Another worker has taken the turn"
        case .migrationUnfinished:
            "The upgrade of the database is not finished. Run `understudy database migrate --finish`."
        case .notFound(.callback(let number)):
            "There is no failed webhook \(number). List webhooks with `understudy webhook list`."
        case .notFound(.session): "There is no such session"
        case .notFound(.row(let table)): "There is no such \(table.kind.lowercased())"
        case .storeNotEmpty: "What is copied into has accounts already: copy into an empty one"
        case .unavailable(let cause): "The database cannot be reached: \(cause)"
        case .fault(let cause): "The database failed: \(cause)"
        }
    }
}
