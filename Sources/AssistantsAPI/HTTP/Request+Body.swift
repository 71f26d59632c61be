import HTTPTransport
import NIOCore
import NIOHTTP1

extension Request {
    /// Reads the body, and has its client send it where that waits to be told.
    /// - Parameter budget: what counts the bytes of all bodies that are being received.
    /// - Throws: `APIError` of status 413 where it is longer, 408 or 429 where there is no room for it.
    func readBody(within budget: BodyBudget) async throws -> [UInt8] {
        guard let body else { return [] }
        if let length = head.announcedLength, length > RequestBody.maximumLength {
            throw APIError.bodyTooLarge(limit: RequestBody.maximumLength)
        }
        if head.expectsContinue { connection.sendContinue() }
        let number = budget.begin(at: .now) { body.wake() }
        defer { budget.end(number) }
        // Copied: a part of one byte can keep a buffer of 64 KiB.
        var bytes: [UInt8] = []
        do {
            while let part = try await body.next() {
                guard bytes.count + part.readableBytes <= RequestBody.maximumLength else {
                    throw APIError.bodyTooLarge(limit: RequestBody.maximumLength)
                }
                switch budget.add(part.readableBytes, to: number, at: .now) {
                case .fits: bytes += part.readableBytesView
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
        return bytes
    }
}
