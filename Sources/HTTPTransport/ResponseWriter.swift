package import NIOCore
import Synchronization

/// The body of a streamed response, which is sent while it is produced. Producers write to it from any thread, and no task waits for them.
///
/// A client's disconnect can go unnoticed until something is written to it, so a producer that is idle for long should write from time to
/// time.
package final class ResponseWriter: Sendable {
    /// What became of bytes that were written.
    package enum WriteResult {
        case accepted
        /// They were not taken, because too much waits to be sent.
        case full
        /// They were not taken, because the body has ended or its client has gone.
        case closed
    }

    /// How a body ends.
    enum End {
        case complete
        /// The connection is closed, which tells the client, unless it speaks HTTP/1.0, where every body ends so.
        case incomplete
    }

    private struct State {
        /// What was written and has not been handed to the connection.
        var parts = CircularBuffer<ByteBuffer>()
        /// In bytes, with the overhead of each part: what was written and has not been sent.
        var unsent = 0
        /// Whether a write was refused since `onWritable` was last called.
        var wasFull = false
        var end: End?
        /// Asks the connection to take the parts. `nil` before the response's head has been written.
        var connection: (@Sendable () -> Void)?
        /// Whether it has been asked and has not done so.
        var isConnectionAsked = false
        var isClosed = false

        /// The connection, if it is to be asked now.
        mutating func connectionToAsk() -> (@Sendable () -> Void)? {
            guard let connection, !isConnectionAsked else { return nil }
            isConnectionAsked = true
            return connection
        }
    }

    /// In bytes, about: what a part takes beside its own bytes while it waits.
    private static let overhead = 512

    private let limit: Int
    private let onWritable: @Sendable () -> Void
    private let onClose: @Sendable () -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: in bytes: how much may wait to be sent, each part counted with 512 more. A part that exceeds it is accepted if nothing
    ///     else waits.
    ///   - onWritable: called when no more than half of that waits, after a write that was refused. Runs on the connection's event loop.
    ///   - onClose: called once, when the end has been handed to the connection or the client has gone.
    package init(
        limit: Int,
        onWritable: @escaping @Sendable () -> Void = {},
        onClose: @escaping @Sendable () -> Void = {}
    ) {
        self.limit = limit
        self.onWritable = onWritable
        self.onClose = onClose
    }

    // MARK: Producers

    package func write(_ bytes: ByteBuffer) -> WriteResult {
        let (result, connection) = state.withLock { state -> (WriteResult, (@Sendable () -> Void)?) in
            guard !state.isClosed, state.end == nil else { return (.closed, nil) }
            // An empty chunk would be the last.
            guard bytes.readableBytes > 0 else { return (.accepted, nil) }
            let count = bytes.readableBytes + Self.overhead
            guard state.unsent == 0 || state.unsent + count <= limit else {
                state.wasFull = true
                return (.full, nil)
            }
            state.unsent += count
            state.parts.append(bytes)
            return (.accepted, state.connectionToAsk())
        }
        connection?()
        return result
    }

    /// The body is complete: what was written is all of it.
    package func end() { end(.complete) }

    /// The body stays incomplete, and the connection is closed. Does nothing once the connection has taken the end of a complete body.
    package func cancel() { end(.incomplete) }

    private func end(_ end: End) {
        state.withLock { state -> (@Sendable () -> Void)? in
            // What is being sent can still be cut off.
            guard state.end == nil || end == .incomplete else { return nil }
            state.end = end
            return state.connectionToAsk()
        }?()
    }

    // MARK: The connection

    /// The response's head has been written.
    /// - Parameter connection: asks the connection to take the parts; called on any thread.
    func open(_ connection: @escaping @Sendable () -> Void) {
        state.withLock { state -> (@Sendable () -> Void)? in
            // Writing the head may have failed, which closes the connection.
            guard !state.isClosed else { return nil }
            state.connection = connection
            return state.parts.isEmpty && state.end == nil ? nil : state.connectionToAsk()
        }?()
    }

    /// What is to be sent now, and whether it is the last.
    func takeParts() -> (parts: CircularBuffer<ByteBuffer>, end: End?) {
        state.withLock { state in
            state.isConnectionAsked = false
            defer { state.parts = [] }
            return (state.parts, state.end)
        }
    }

    /// A part has been sent.
    /// - Parameter count: its bytes.
    func sent(_ count: Int) {
        let isWritableAgain = state.withLock { state in
            state.unsent -= count + Self.overhead
            guard state.wasFull, state.unsent <= limit / 2, state.end == nil, !state.isClosed else { return false }
            state.wasFull = false
            return true
        }
        if isWritableAgain { onWritable() }
    }

    /// Nothing more is sent: the connection has taken the end, or is gone.
    func connectionClosed() {
        let isFirst = state.withLock { state in
            defer {
                state.isClosed = true
                state.parts = []
                state.connection = nil
            }
            return !state.isClosed
        }
        if isFirst { onClose() }
    }
}
