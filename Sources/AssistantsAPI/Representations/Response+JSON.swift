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

    /// A page, which can be asked for again with its tag: 304 where the client has it already (RFC 9110, section 13.1.2).
    /// - Parameters:
    ///   - condition: the request's `If-None-Match`.
    ///   - page: without content only where the condition is known to match its tag.
    init(unless condition: String?, _ page: PageCache.Page) {
        let isKnown = condition.map(page.tag.isMatched) ?? false
        self.init(status: isKnown ? .notModified : .ok)
        // With room for what is added on the way.
        headers.reserveCapacity(7)
        if !isKnown {
            guard let content = page.content else {
                preconditionFailure("the content of a page is known unless its client has it")
            }
            headers.add(name: "Content-Type", value: "application/json")
            hold(content)
        }
        headers.add(name: "ETag", value: page.tag.text)
        // A cached response must be revalidated each time, and belongs to one account.
        headers.add(name: "Cache-Control", value: "private, no-cache")
        if let token = page.nextPageToken { headers.add(name: "Next-Page-Token", value: token) }
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
