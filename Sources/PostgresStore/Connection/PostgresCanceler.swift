import CLibpq

/// Has the server give up what a connection is doing.
///
/// `@unchecked Sendable`: libpq does not change it once it is made, and lets any thread use it.
final class PostgresCanceler: @unchecked Sendable {
    private let handle: OpaquePointer

    /// `nil` where the connection is gone.
    init?(_ connection: OpaquePointer) {
        guard let handle = PQgetCancel(connection) else { return nil }
        self.handle = handle
    }

    deinit {
        PQfreeCancel(handle)
    }

    /// Returns when the server has been told, or cannot be. It gives up the statement that it is at; between two there is
    /// nothing to give up.
    func cancel() {
        var message = [CChar](repeating: 0, count: 256)
        PQcancel(handle, &message, Int32(message.count))
    }
}
