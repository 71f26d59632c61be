import Foundation

/// Writes files that only their owner can read, whatever the umask. A file gets its name when all of it is on the disk, so
/// that nobody ever reads half of it, not even after a power cut.
enum PrivateFile {
    /// Writes a file, in place of the one of this name if there is one. No other process may write it at the same time.
    /// - Throws: `CommandError`.
    static func write(_ text: String, to path: String) throws {
        let temporary = "\(path).new"
        // What a crash has left.
        unlink(temporary)
        let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer {
            close(descriptor)
            unlink(temporary)
        }
        let bytes = Array(text.utf8)
        // After a write that stops in the middle.
        errno = ENOSPC
        guard Foundation.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
            rename(temporary, path) == 0
        else { throw failure(path) }
        try synchronizeDirectory(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    /// Waits until the names in a directory are on the disk.
    static func synchronizeDirectory(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(path) }
    }

    private static func failure(_ path: String) -> CommandError {
        CommandError("\(path) cannot be written: \(SystemError.reason())")
    }
}
