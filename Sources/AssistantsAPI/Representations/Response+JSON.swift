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
    /// - Parameters:
    ///   - condition: the request's `If-None-Match`.
    ///   - content: `nil` where the condition is known to match the tag.
    init(unless condition: String?, tag: PageTag, content: Content?) {
        let isKnown = condition.map(tag.isMatched) ?? false
        self.init(status: isKnown ? .notModified : .ok)
        // With room for what is added on the way.
        headers.reserveCapacity(6)
        if !isKnown {
            guard let content else { preconditionFailure("the content of a page is known unless its client has it") }
            headers.add(name: "Content-Type", value: "application/json")
            hold(content)
        }
        headers.add(name: "ETag", value: tag.text)
        // A cached response must be revalidated each time, and belongs to one account.
        headers.add(name: "Cache-Control", value: "private, no-cache")
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
