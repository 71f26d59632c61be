import AssistantsStore
import NIOHTTP1

/// The `Retry-After` header (RFC 9110, section 10.2.3): seconds, or a date.
enum RetryAfter {
    /// How long to wait; `nil` where the server does not say.
    /// - Parameter now: by this machine's clock, for servers that do not send theirs.
    static func delay(_ headers: HTTPHeaders, now: Timestamp = .now) -> Duration? {
        guard let text = headers.first(name: "Retry-After") else { return nil }
        if let seconds = Int(text) { return .seconds(max(seconds, 0)) }
        guard let date = Timestamp(httpDate: text) else { return nil }
        // The server's own clock knows how far away its date is.
        let start = headers.first(name: "Date").flatMap { Timestamp(httpDate: $0) } ?? now
        return .microseconds(max(date.microseconds - start.microseconds, 0))
    }
}
