/// The answer to an idempotent request, kept to be given again.
package struct StoredAnswer: Equatable, Sendable {
    /// Of HTTP.
    package let status: Int
    package let body: [UInt8]

    package init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}
