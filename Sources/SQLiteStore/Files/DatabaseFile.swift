import Foundation
import GRDB

/// A database file, in use or not: its state, its integrity, and copies of it.
package struct DatabaseFile {
    enum State {
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
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let size = attributes?[.size] as? Int, size > 0 else { return .new }
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
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw DatabaseFileError.notADatabase(path: path)
        } catch let error as DatabaseError where error.resultCode.isOfDamage {
            throw DatabaseFileError.damaged(path: path, problem: error.reason)
        } catch let error as DatabaseError {
            throw DatabaseFileError.unusable(path: path, reason: error.reason)
        }
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
        guard errno == EEXIST else {
            throw DatabaseFileError.unusable(path: path, reason: String(cString: strerror(errno)))
        }
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
