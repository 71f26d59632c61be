import CRenaming
import Foundation
import SQLiteStore

/// The file that an export writes: `FILE.partial` until it is complete. Beside it, `FILE.partial.arguments` says which export it
/// belongs to, so that no other one continues it.
struct ExportFile {
    /// For reading and writing.
    let descriptor: Int32
    let partialPath: String
    private let path: String
    private let argumentsPath: String

    /// Opens the partial file, which is created if it is not there.
    /// - Parameter arguments: of the export, as text.
    /// - Throws: `CommandError` where the file is complete, in use, or of an export with other arguments.
    init(path: String, arguments: String) throws {
        self.path = path
        partialPath = "\(path).partial"
        argumentsPath = "\(path).partial.arguments"
        descriptor = try Self.openLocked(partialPath, of: path)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw CommandError("\(partialPath) cannot be opened: \(SystemError.reason())")
        }
        // As bytes: Strings may be equal that name different sessions.
        let noted = FileManager.default.contents(atPath: argumentsPath)
        guard status.st_size == 0 || noted == Data(arguments.utf8) else {
            throw CommandError(
                """
                \(partialPath) is not of this export, which has another account, database, or selection. Run the command that created \
                it again, or remove \(partialPath) and, if it is there, \(argumentsPath).
                """
            )
        }
        if noted != Data(arguments.utf8) { try PrivateFile.write(arguments, to: argumentsPath) }
    }

    /// Opens the partial file and locks it, so that no other export writes it.
    private static func openLocked(_ partialPath: String, of path: String) throws -> Int32 {
        while true {
            try requireMissing(path)
            let descriptor = open(partialPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                guard errno == ENOENT else { throw FileAccessError(path: partialPath, errno, "create") }
                throw CommandError("Cannot write \(path), because its directory does not exist. Create that first.")
            }
            // Not a `FileLock`, which writes into its file. The kernel gives it up when the process ends.
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                close(descriptor)
                throw CommandError("Another export is writing \(partialPath)")
            }
            var (locked, named) = (stat(), stat())
            if fstat(descriptor, &locked) == 0, stat(partialPath, &named) == 0, locked.st_dev == named.st_dev,
                locked.st_ino == named.st_ino
            {
                return descriptor
            }
            // An export that held the lock until now has renamed or removed the file.
            close(descriptor)
        }
    }

    /// Waits until everything is on the disk, and gives the file its name.
    /// - Throws: `CommandError`.
    func finish() throws {
        guard fsync(descriptor) == 0 else {
            let error = failure()
            // The system forgets what it could not write, and the next synchronization would succeed.
            discard()
            throw error
        }
        guard try rename() else {
            throw CommandError(
                """
                \(path) has been created by another program meanwhile. Move it away, and run the same command again: \
                \(partialPath) has the complete export.
                """
            )
        }
        try synchronizeDirectory()
        // Not before: after a power cut, a partial file without it could not be continued.
        unlink(argumentsPath)
    }

    /// Gives the partial file its final name.
    /// - Returns: whether no other file has that.
    private func rename() throws -> Bool {
        if renameWithoutReplacing(partialPath, path) == 0 { return true }
        if errno == EINVAL || errno == ENOSYS {
            // The file system or the kernel does not know the flag.
            if link(partialPath, path) == 0 {
                // Or a power cut could leave neither name.
                try synchronizeDirectory()
                unlink(partialPath)
                return true
            }
            if errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS {
                // It has no links either, and so no way without a gap between the look and the renaming.
                try Self.requireMissing(path)
                if Foundation.rename(partialPath, path) == 0 { return true }
            }
        }
        guard errno == EEXIST else { throw failure() }
        return false
    }

    private func synchronizeDirectory() throws {
        try PrivateFile.synchronizeDirectory(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    /// Removes a file that has nothing that could be continued.
    func discard() {
        unlink(partialPath)
        unlink(argumentsPath)
    }

    private static func requireMissing(_ path: String) throws {
        var status = stat()
        guard lstat(path, &status) != 0 else {
            throw CommandError("\(path) already exists. Choose another name, or remove it.")
        }
    }

    private func failure() -> CommandError {
        CommandError("\(path) cannot be written: \(SystemError.reason())")
    }
}
