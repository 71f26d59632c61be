import Foundation
import GRDB

extension DatabaseFile {
    /// Where a backup to a path, or a restoration of the path, is written until it is complete.
    package static func partialPath(of path: String) -> String { "\(path).partial" }

    /// Writes the state that the database has now, while it is read and written, into a new file, which gets its name when
    /// it is on the disk and has been checked.
    /// - Throws: `DatabaseFileError`.
    package func backUp(to path: String) throws {
        try requireDatabase()
        var status = stat()
        if lstat(path, &status) == 0 {
            let kind = status.st_mode & S_IFMT
            guard kind == S_IFREG || kind == S_IFLNK else {
                throw DatabaseFileError.notRegular(path: path, isDirectory: kind == S_IFDIR)
            }
            throw DatabaseFileError.exists(path: path)
        }
        let partial = Self.partialPath(of: path)
        try create(partial, as: path)
        do {
            try vacuum(into: partial)
            // The search index can be built again, so it keeps nobody from a backup.
            let problems = try DatabaseFile(path: partial).problems(isOfSearchIndex: false)
            if let first = problems.first { throw DatabaseFileError.damaged(path: self.path, problem: first) }
            guard rename(partial, path) == 0 else { throw failure(to: path) }
        } catch {
            remove(partial)
            throw error
        }
        try synchronizeDirectory(of: path)
    }

    /// Writes the state that the database has now into an empty file, and waits until that is on the disk.
    func vacuum(into copy: String) throws {
        do {
            try DatabaseQueue(path: path, configuration: readOnly).inDatabase { db in
                // The copy is synchronized once, below: whether SQLite does it, too, depends on its version.
                try db.execute(sql: "PRAGMA synchronous = OFF")
                // SQLite takes what begins with "file:" for a URL.
                try db.execute(sql: "VACUUM INTO ?", arguments: [URL(fileURLWithPath: copy).path])
            }
        } catch let error as DatabaseError where error.resultCode.isOfDamage {
            throw DatabaseFileError.damaged(path: path, problem: error.reason)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            throw failure(error)
        } catch let error as DatabaseError {
            throw DatabaseFileError.notCopied(from: path, to: copy, reason: error.reason)
        }
        try synchronize(copy)
    }

    /// Makes a file that only its owner can read, where there is none.
    /// - Parameter name: that it is to have in the end, and that errors have; `nil` for the same.
    func create(_ path: String, as name: String? = nil) throws {
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let number = errno
            let name = name ?? path
            let directory = URL(fileURLWithPath: name).deletingLastPathComponent().path
            switch number {
            case EEXIST: throw DatabaseFileError.partialExists(path: path)
            case ENOENT where access(directory, F_OK) != 0: throw DatabaseFileError.directoryMissing(path: name)
            default: throw DatabaseFileError.inaccessible(FileAccessError(path: name, number, "create"))
            }
        }
        close(descriptor)
    }

    /// Removes a copy that is not whole, with what SQLite has beside it.
    func remove(_ copy: String) {
        for path in [copy, "\(copy)-journal"] { unlink(path) }
    }

    /// Waits until a file's name is on the disk.
    func synchronizeDirectory(of path: String) throws {
        try synchronize(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    /// Waits until a file, or the names in a directory, are on the disk.
    private func synchronize(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(to: path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(to: path) }
    }

    private func failure(to copy: String) -> DatabaseFileError {
        .notCopied(from: path, to: copy, reason: String(cString: strerror(errno)))
    }
}
