/// A report of a reply, to be delivered.
package struct NewCallback: Sendable {
    package let url: String
    /// Form-encoded.
    package let body: String
    /// The same on every attempt, so that the receiver knows them for one.
    package let idempotencyToken: String

    package init(url: String, body: String, idempotencyToken: String) {
        self.url = url
        self.body = body
        self.idempotencyToken = idempotencyToken
    }
}
