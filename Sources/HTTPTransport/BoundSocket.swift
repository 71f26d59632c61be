import Foundation
import NIOCore
import Synchronization

/// A TCP socket that is bound to an address, so that no other program can have the port. Clients are served once an `HTTPServer` accepts
/// them.
///
/// A program binds before it touches its data, so that a port that it cannot have leaves no trace.
package final class BoundSocket: Sendable {
    /// `nil` once it has been handed over.
    private let descriptor: Mutex<CInt?>

    /// - Parameter port: 0 takes a free one.
    package init(host: String, port: Int) throws(BindError) {
        let address: SocketAddress
        do {
            address = try SocketAddress.makeAddressResolvingHost(host, port: port)
        } catch {
            throw .unknownHost
        }
        let descriptor = socket(CInt(address.protocol.rawValue), CInt(SOCK_STREAM.rawValue) | Self.closeOnExec, 0)
        guard descriptor >= 0 else { throw .system(errno) }
        var isOn: CInt = 1
        let isBound =
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &isOn, socklen_t(MemoryLayout<CInt>.size)) == 0
            && address.withSockAddr { address, size in bind(descriptor, address, socklen_t(size)) } == 0
            // Two programs can bind to one port until one of them listens.
            && Foundation.listen(descriptor, 0) == 0
        guard isBound else {
            let error = errno
            close(descriptor)
            throw .system(error)
        }
        self.descriptor = Mutex(descriptor)
    }

    deinit {
        if let descriptor = descriptor.withLock(\.self) { close(descriptor) }
    }

    /// Lets the system queue connections, and hands the socket over to the caller, who closes it.
    /// - Parameter backlog: how many connections the system queues until they are accepted.
    func listen(backlog: CInt) throws(BindError) -> CInt {
        let descriptor = descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
        guard let descriptor else { throw .system(EBADF) }
        guard Foundation.listen(descriptor, backlog) == 0 else {
            let error = errno
            close(descriptor)
            throw .system(error)
        }
        return descriptor
    }

    private static var closeOnExec: CInt { CInt(SOCK_CLOEXEC.rawValue) }
}

/// Why a socket cannot be bound to an address.
package enum BindError: Error, CustomStringConvertible {
    /// No address belongs to the host's name.
    case unknownHost
    /// The system's error number, as `EADDRINUSE`.
    case system(CInt)

    package var description: String {
        switch self {
        case .unknownHost: "The host name has no address"
        case .system(let number): "The socket cannot be bound: \(String(cString: strerror(number)))"
        }
    }
}
