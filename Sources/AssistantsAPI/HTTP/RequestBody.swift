import Hummingbird
import NIOCore

/// A request's body, up to what is allowed.
enum RequestBody {
    /// In bytes.
    static let maximumLength = 1 << 20

    /// - Throws: `APIError` of status 413 where it is longer.
    static func read(_ request: Request) async throws -> [UInt8] {
        do {
            let body = try await request.body.collect(upTo: maximumLength)
            // One whose request is cancelled ends early, like one that is whole.
            try Task.checkCancellation()
            return Array(body.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw APIError.bodyTooLarge(limit: maximumLength)
        } catch {
            guard !Task.isCancelled else { throw APIError.stopping() }
            // The client went away, or what it sent is no HTTP any more.
            throw APIError.badRequest("The body did not arrive whole")
        }
    }
}
