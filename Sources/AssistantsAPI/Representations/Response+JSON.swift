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
        if !isKnown, page.content == nil {
            preconditionFailure("the content of a page is known unless its client has it")
        }
        self.init(page: isKnown ? nil : page.content, nextPageToken: page.nextPageToken)
        headers.add(name: "ETag", value: page.tag.text)
    }

    /// A page, or 304 if `content` is `nil`. The caller adds the tag, if there is one.
    init(page content: Content?, nextPageToken: String?) {
        self.init(status: content == nil ? .notModified : .ok)
        // With room for what is added on the way.
        headers.reserveCapacity(7)
        if let content {
            headers.add(name: "Content-Type", value: "application/json")
            hold(content)
        }
        // A cached response must be revalidated each time, and belongs to one account.
        headers.add(name: "Cache-Control", value: "private, no-cache")
        if let nextPageToken { headers.add(name: "Next-Page-Token", value: nextPageToken) }
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
