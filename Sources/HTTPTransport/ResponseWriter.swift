package import NIOCore
import Synchronization

/// The body of a response that is sent while it is produced. Producers write to it from any thread, and no task waits for them.
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
        /// The connection is closed, by which the client can tell.
        case incomplete
    }

    private struct State {
        /// What was written and has not been handed to the connection.
        var parts = CircularBuffer<ByteBuffer>()
        /// In bytes: what was written and has not been sent.
        var unsent = 0
        /// Whether bytes were not taken since there was room for all.
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

    private let limit: Int
    private let onWritable: @Sendable () -> Void
    private let onClose: @Sendable () -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: in bytes: how much may wait to be sent. Of something longer, one at a time is taken.
    ///   - onWritable: called when at most half of that waits, after a write that found it full. Runs on the connection's event loop.
    ///   - onClose: called once, when all has been sent or the client has gone. Runs on any thread.
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
            guard state.unsent == 0 || state.unsent + bytes.readableBytes <= limit else {
                state.wasFull = true
                return (.full, nil)
            }
            state.unsent += bytes.readableBytes
            state.parts.append(bytes)
            return (.accepted, state.connectionToAsk())
        }
        connection?()
        return result
    }

    /// The body is complete: what was written is all of it.
    package func end() { end(.complete) }

    /// The body stays incomplete, and its client is shown so.
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

    /// So many bytes have been sent.
    func sent(_ count: Int) {
        let isWritableAgain = state.withLock { state in
            state.unsent -= count
            guard state.wasFull, state.unsent <= limit / 2, state.end == nil, !state.isClosed else { return false }
            state.wasFull = false
            return true
        }
        if isWritableAgain { onWritable() }
    }

    /// Nothing more is sent.
    func close() {
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
