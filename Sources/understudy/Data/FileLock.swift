import Foundation
import SQLiteStore

/// An advisory lock on a file, which the kernel gives up when the process ends, however it ends.
struct FileLock {
    private let descriptor: Int32

    /// Writes the process ID into the file, for those who find it locked. `nil` if another process holds the lock.
    init?(path: String) throws {
        descriptor = try Self.open(path)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        let line = Array("\(getpid())\n".utf8)
        // It is only a hint: a full disk must not keep a server from its data.
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, line, line.count, 0)
    }

    /// The process that holds the lock on a file, or held it last, as it says in the file.
    static func holder(of path: String) -> Int? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        return Int(text.trimmingCharacters(in: .newlines))
    }

    /// Waits until no other process holds it.
    init(waitingFor path: String) throws {
        descriptor = try Self.open(path)
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                throw CommandError("\(path) cannot be locked: \(SystemError.reason())")
            }
        }
    }

    func release() {
        close(descriptor)
    }

    private static func open(_ path: String) throws -> Int32 {
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileAccessError(path: path) }
        return descriptor
    }
}
