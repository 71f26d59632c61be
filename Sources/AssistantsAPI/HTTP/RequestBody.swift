import HTTPTypes
import Hummingbird
import NIOCore

/// A request's body, up to what is allowed.
enum RequestBody {
    /// In bytes.
    static let maximumLength = 1 << 20

    /// Reads the body, and has its client send it where that waits to be told.
    /// - Parameter budget: what counts the bytes of all bodies that are being received.
    /// - Throws: `APIError` of status 413 where it is longer, 408 or 429 where there is no room for it.
    static func read(
        _ request: Request,
        from context: ConnectionContext,
        within budget: BodyBudget
    ) async throws -> [UInt8] {
        if let length = request.head.announcedLength, length > maximumLength {
            throw APIError.bodyTooLarge(limit: maximumLength)
        }
        if request.head.expectsContinue { context.sendContinue() }
        let number = budget.begin(at: .now) { context.wakeReader() }
        defer { budget.end(number) }
        // Copied: a part of one byte can keep a buffer of 64 KiB.
        var body: [UInt8] = []
        do {
            for try await part in request.body {
                guard body.count + part.readableBytes <= maximumLength else {
                    throw APIError.bodyTooLarge(limit: maximumLength)
                }
                switch budget.add(part.readableBytes, to: number, at: .now) {
                case .fits: body += part.readableBytesView
                case .tooSlow:
                    throw APIError.timeout("The body arrived too slowly while the server was short of memory")
                case .noRoom:
                    throw APIError.overloaded("Too many request bodies are arriving at once; try again later")
                }
            }
            // The body of a cancelled request ends early, without an error.
            try Task.checkCancellation()
        } catch let error as APIError {
            throw error
        } catch {
            guard !Task.isCancelled else { throw APIError.stopping() }
            // The client went away, or what it sent is no HTTP any more.
            throw APIError.badRequest("The body did not arrive whole")
        }
        return body
    }
}
