import AssistantsStore
import HTTPTransport
import NIOCore
import NIOHTTP1

extension Response {
    init(status: HTTPResponseStatus = .ok, json: ByteBuffer) {
        self.init(
            status: status,
            headers: ["Content-Type": "application/json"],
            body: json
        )
    }

    /// An answer that can be asked for again with its tag: 304 where the client has it already (RFC 9110, section 13.1.2).
    /// - Parameter condition: the request's `If-None-Match`.
    init(unless condition: String?, tag: PageTag, content: Content) {
        if let condition, tag.isMatched(by: condition) {
            self.init(status: .notModified)
        } else {
            self.init(status: .ok, headers: ["Content-Type": "application/json"])
            hold(content)
        }
        headers.replaceOrAdd(name: "ETag", value: tag.text)
        // A cached response must be revalidated each time, and belongs to one account.
        headers.replaceOrAdd(name: "Cache-Control", value: "private, no-cache")
    }

    init(_ answer: StoredAnswer) {
        self.init(status: HTTPResponseStatus(statusCode: answer.status), json: ByteBuffer(bytes: answer.body))
    }

    /// The answer to an earlier request with the same idempotency key.
    init(replaying answer: StoredAnswer) {
        self.init(answer)
        headers.replaceOrAdd(name: "Idempotent-Replayed", value: "true")
    }
}
