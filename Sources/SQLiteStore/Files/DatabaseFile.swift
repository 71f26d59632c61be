import Foundation
import GRDB

/// A database file, in use or not: its state, its integrity, and copies of it.
package struct DatabaseFile {
    package enum State {
        /// There is no file, or one in which nothing has been stored.
        case new
        /// It lacks migrations that this program has.
        case older
        case current
    }

    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// Reads the file without changing it.
    /// - Throws: `DatabaseFileError` where the file is not to be opened.
    func state(under migrator: DatabaseMigrator) throws -> State {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT else { throw DatabaseFileError.inaccessible(FileAccessError(path: path)) }
            return .new
        }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG else {
            throw DatabaseFileError.notRegular(path: path, isDirectory: kind == S_IFDIR)
        }
        guard status.st_size > 0 else { return .new }
        do {
            return try DatabaseQueue(path: path, configuration: readOnly).read { db in
                guard try Int32.fetchOne(db, sql: "PRAGMA application_id") == Migrations.applicationID else {
                    // A first start that was cut off leaves a database without tables.
                    let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema")
                    guard tables == 0 else { throw DatabaseFileError.foreign(path: path) }
                    return .new
                }
                guard try !migrator.hasBeenSuperseded(db) else { throw DatabaseFileError.newer(path: path) }
                return try migrator.hasCompletedMigrations(db) ? .current : .older
            }
        } catch let error as DatabaseError {
            throw failure(error)
        }
    }

    /// - Throws: `DatabaseFileError` where the file is not to be opened, or has no database.
    @discardableResult
    package func requireDatabase() throws -> State {
        let state = try state(under: Migrations.all)
        guard state == .new else { return state }
        guard access(path, F_OK) == 0 else { throw DatabaseFileError.inaccessible(FileAccessError(path: path)) }
        throw DatabaseFileError.empty(path: path)
    }

    /// Why SQLite cannot use the file. SQLite's own words name neither the cause nor the file if permission is denied.
    func failure(_ error: DatabaseError) -> DatabaseFileError {
        switch error.resultCode {
        case .SQLITE_NOTADB: .notADatabase(path: path)
        case .SQLITE_CORRUPT: .damaged(path: path, problem: error.reason)
        case .SQLITE_BUSY: .locked(path: path)
        case .SQLITE_CANTOPEN, .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_PERM:
            accessError.map { .inaccessible($0) } ?? .unusable(path: path, reason: error.reason)
        default: .unusable(path: path, reason: error.reason)
        }
    }

    /// The first of the database's files that the process may not read and write; `nil` if there is none.
    private var accessError: FileAccessError? {
        for path in ["", "-wal", "-shm", "-journal"].map({ path + $0 })
        where access(path, R_OK | W_OK) != 0 && errno != ENOENT {
            return FileAccessError(path: path)
        }
        // SQLite creates files beside the database.
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        return access(directory, W_OK | X_OK) == 0 ? nil : FileAccessError(path: directory)
    }

    /// Creates an empty file that only its owner can read; SQLite gives `-wal` and `-shm` the same mode. It would leave the
    /// mode to the umask.
    func createIfMissing() throws {
        // Exclusively: to close a file that this process has open as a database gives up its locks.
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor < 0 else {
            close(descriptor)
            return
        }
        guard errno == EEXIST else { throw DatabaseFileError.inaccessible(FileAccessError(path: path)) }
    }

    /// Writes a copy beside the file and returns its path. One that is there already is from an attempt that was cut
    /// off, and is replaced.
    func putAsideCopy() throws -> String {
        let version = try DatabaseQueue(path: path, configuration: readOnly).read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM grdb_migrations") ?? 0
        }
        let copy = "\(path).version-\(version)"
        remove(copy)
        try create(copy)
        try vacuum(into: copy)
        try synchronizeDirectory(of: copy)
        return copy
    }

    var readOnly: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase(RowChecksum.addFunction)
        return configuration
    }
}
