import Foundation
import GRDB

extension DatabaseFile {
    /// Writes the state that the database has now, while it is read and written, into a new file, which gets its name when
    /// it is on the disk and has been checked.
    /// - Throws: `DatabaseFileError`, `CocoaError`.
    package func write(to path: String) throws {
        if try state(under: Migrations.all) == .new { throw DatabaseFileError.empty(path: self.path) }
        guard !FileManager.default.fileExists(atPath: path) else { throw DatabaseFileError.exists(path: path) }
        // One that is there already is from an attempt that was cut off.
        let partial = "\(path).partial"
        try? FileManager.default.removeItem(atPath: partial)
        do {
            try vacuum(into: partial)
            let problems = try DatabaseFile(path: partial).problems()
            if let first = problems.first { throw DatabaseFileError.damaged(path: self.path, problem: first) }
            try FileManager.default.moveItem(atPath: partial, toPath: path)
        } catch {
            try? FileManager.default.removeItem(atPath: partial)
            throw error
        }
        try synchronize(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    /// Writes the state that the database has now into a new file, and waits until that is on the disk.
    func vacuum(into copy: String) throws {
        do {
            try DatabaseQueue(path: path, configuration: readOnly).inDatabase { db in
                try db.execute(sql: "VACUUM INTO ?", arguments: [copy])
            }
        } catch let error as DatabaseError {
            throw DatabaseFileError.notCopied(from: path, to: copy, reason: error.message ?? "\(error.resultCode)")
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: copy)
        try synchronize(copy)
    }

    /// Waits until a file, or the names in a directory, are on the disk.
    private func synchronize(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CocoaError(.fileReadUnknown, userInfo: [NSFilePathErrorKey: path]) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
    }
}
