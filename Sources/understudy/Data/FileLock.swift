import Foundation

/// An advisory lock on a file, which the kernel gives up when the process ends, however it ends.
struct FileLock {
    private let descriptor: Int32

    /// `nil` where another process holds it.
    init?(path: String) throws {
        descriptor = try Self.open(path)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
    }

    /// Waits until no other process holds it.
    init(waitingFor path: String) throws {
        descriptor = try Self.open(path)
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                throw CommandError("\(path) cannot be locked: \(String(cString: strerror(errno)))")
            }
        }
    }

    func release() {
        close(descriptor)
    }

    private static func open(_ path: String) throws -> Int32 {
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandError("\(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        return descriptor
    }
}
