import Foundation

/// Writes files that only their owner can read, whatever the umask. A file gets its name when all of it is on the disk, so
/// that nobody ever reads half of it, not even after a power cut.
enum PrivateFile {
    /// Creates a file.
    /// - Returns: `false` if there is a file of this name already, which stays as it is.
    /// - Throws: `CommandError`.
    static func create(_ text: String, at path: String) throws -> Bool {
        try write(text, to: path) { temporary in
            if link(temporary, path) == 0 { return true }
            guard errno == EEXIST else { throw failure(path) }
            return false
        }
    }

    /// Writes a file, in place of the one of this name if there is one.
    /// - Throws: `CommandError`.
    static func replace(_ text: String, at path: String) throws {
        try write(text, to: path) { temporary in
            guard rename(temporary, path) == 0 else { throw failure(path) }
        }
    }

    /// Waits until the names in a directory are on the disk.
    static func synchronizeDirectory(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(path) }
    }

    /// - Parameter name: gives the temporary file, which is on the disk, its name.
    private static func write<Value>(
        _ text: String,
        to path: String,
        name: (_ temporary: String) throws -> Value
    ) throws -> Value {
        let temporary = "\(path).\(UInt64.random(in: .min ... .max))"
        let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer {
            close(descriptor)
            unlink(temporary)
        }
        let bytes = Array(text.utf8)
        guard Foundation.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw failure(path)
        }
        let value = try name(temporary)
        try synchronizeDirectory(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        return value
    }

    private static func failure(_ path: String) -> CommandError {
        CommandError("\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
