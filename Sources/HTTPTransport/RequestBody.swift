package import NIOCore
import Synchronization

/// The body of a request while it arrives: the connection appends its parts, and one reader takes them.
package final class RequestBody: Sendable {
    /// In bytes: how long a body may be, and how much of one that nobody reads is discarded.
    package static let maximumLength = 1 << 20

    /// The body ended before it was complete.
    package struct Incomplete: Error {}

    private struct State {
        var parts = CircularBuffer<ByteBuffer>()
        /// In bytes, of `parts`.
        var size = 0
        var end: Result<Void, Incomplete>?
        var waiting: CheckedContinuation<ByteBuffer?, any Error>?

        mutating func takePart() -> ByteBuffer? {
            let part = parts.popFirst()
            size -= part?.readableBytes ?? 0
            return part
        }

        mutating func takeWaiting() -> CheckedContinuation<ByteBuffer?, any Error>? {
            defer { waiting = nil }
            return waiting
        }
    }

    private let state: Mutex<State>
    /// Called when the reader has taken a part.
    private let onTaken: @Sendable () -> Void

    init(onTaken: @escaping @Sendable () -> Void) {
        state = Mutex(State())
        self.onTaken = onTaken
    }

    /// A body that has arrived.
    package convenience init(_ bytes: ByteBuffer) {
        self.init {}
        append(bytes)
        finish(.success(()))
    }

    /// In bytes: what has arrived and has not been taken.
    var size: Int { state.withLock(\.size) }

    // MARK: The reader

    /// The next part, which may be empty; `nil` behind the last, and where the reader's task is cancelled.
    /// - Throws: `Incomplete`.
    package func next() async throws -> ByteBuffer? {
        if let part = state.withLock({ $0.takePart() }) {
            onTaken()
            return part
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<ByteBuffer?, any Error>? = state.withLock { state in
                    if let part = state.takePart() { return .success(part) }
                    if let end = state.end { return end.map { nil }.mapError { $0 } }
                    if Task.isCancelled { return .success(nil) }
                    state.waiting = continuation
                    return nil
                }
                guard let result else { return }
                if case .success(.some) = result { onTaken() }
                continuation.resume(with: result)
            }
        } onCancel: {
            resume(with: .success(nil))
        }
    }

    /// Gives the reader an empty part if it waits.
    package func wake() {
        resume(with: .success(ByteBuffer()))
    }

    private func resume(with result: Result<ByteBuffer?, any Error>) {
        state.withLock { $0.takeWaiting() }?.resume(with: result)
    }

    // MARK: The connection

    func append(_ part: ByteBuffer) {
        let waiting = state.withLock { state -> CheckedContinuation<ByteBuffer?, any Error>? in
            if let waiting = state.takeWaiting() { return waiting }
            state.parts.append(part)
            state.size += part.readableBytes
            return nil
        }
        waiting?.resume(returning: part)
    }

    /// Nothing more arrives. Only the first end counts.
    func finish(_ end: Result<Void, Incomplete>) {
        let waiting = state.withLock { state -> CheckedContinuation<ByteBuffer?, any Error>? in
            guard state.end == nil else { return nil }
            state.end = end
            return state.takeWaiting()
        }
        waiting?.resume(with: end.map { nil }.mapError { $0 })
    }
}
