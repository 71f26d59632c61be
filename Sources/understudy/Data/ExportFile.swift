import Foundation

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
        try Self.requireMissing(path)
        descriptor = open(partialPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandError("\(partialPath) cannot be opened: \(SystemError.reason())")
        }
        // Not a `FileLock`, which writes into its file. The kernel gives it up when the process ends.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw CommandError("Another export is writing \(partialPath)")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw CommandError("\(partialPath) cannot be opened: \(SystemError.reason())")
        }
        let noted = FileManager.default.contents(atPath: argumentsPath).map { String(decoding: $0, as: UTF8.self) }
        guard status.st_size == 0 || noted == arguments else {
            throw CommandError(
                """
                \(partialPath) is of another export: its account, database, or selection is different. Run that command again, or \
                remove \(partialPath) and \(argumentsPath).
                """
            )
        }
        if noted != arguments { try PrivateFile.write(arguments, to: argumentsPath) }
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
        try Self.requireMissing(path)
        guard rename(partialPath, path) == 0 else { throw failure() }
        unlink(argumentsPath)
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
