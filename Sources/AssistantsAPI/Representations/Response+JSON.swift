import AssistantsStore
import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    init(status: HTTPResponse.Status = .ok, json: ByteBuffer) {
        self.init(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: json)
        )
    }

    init(_ answer: StoredAnswer) {
        self.init(status: HTTPResponse.Status(code: answer.status), json: ByteBuffer(bytes: answer.body))
    }

    /// The answer to an earlier request with the same idempotency key.
    init(replaying answer: StoredAnswer) {
        self.init(answer)
        headers[.idempotentReplayed] = "true"
    }
}
