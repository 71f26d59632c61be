import AssistantsAPI
import AssistantsStore
import Foundation
import PrometheusMetrics
import SQLiteStore
import Secrets

/// The directory that holds everything a server keeps: the database, the key that auth tokens are sealed with, and the
/// lock of the server that uses it.
struct DataDirectory {
    let path: String

    /// Makes the directory where it is not there.
    func create() throws {
        try? FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        // The system's word for what is wrong is clearer than Foundation's.
        guard access(path, R_OK | W_OK | X_OK) == 0 else {
            throw CommandError(
                "The data directory \(path) cannot be made or written to: \(String(cString: strerror(errno)))"
            )
        }
    }

    /// Keeps other servers from the directory until the process ends.
    func lockForServing() throws -> FileLock {
        guard let lock = try FileLock(path: file("serve.lock")) else {
            throw CommandError("Another understudy serve is using the data directory \(path)")
        }
        return lock
    }

    /// Opens the store, and makes the database where there is none.
    func openStore() throws -> any Store {
        try openStore { copy in
            // A server of an older version must not have its tables changed under it.
            try lockForServing().release()
            Self.tellOfMigration(copy)
        }
    }

    /// Opens the store for the server, which makes the database where there is none.
    func openStore(under _: FileLock, metrics: MetricsRegistry) throws -> any Store {
        try openStore(metrics: metrics, willMigrate: Self.tellOfMigration)
    }

    /// Opens the store of a directory that has one.
    func openExistingStore() throws -> any Store {
        try requireDatabase()
        return try openStore()
    }

    /// - Throws: `CommandError` where the directory has no database.
    func requireDatabase() throws {
        guard FileManager.default.fileExists(atPath: databasePath) else {
            throw CommandError("There is no database in \(path); understudy serve or account create makes one")
        }
    }

    /// - Throws: `CommandError` where the directory has a database, or what is left of one.
    func requireNoDatabase() throws {
        for path in ["", "-wal", "-journal"].map({ databasePath + $0 })
        where FileManager.default.fileExists(atPath: path) {
            throw CommandError("There is a file \(path) already; move it away, or name another data directory")
        }
    }

    /// Opens the store for copying, while no server uses the directory.
    /// - Parameter isTarget: of the copy: one into it may be unfinished.
    func openContents(under _: FileLock, isTarget: Bool) throws -> any StoreContents {
        try openStore(isForCopy: isTarget, willMigrate: Self.tellOfMigration)
    }

    /// Puts the sealing key of another directory into this one, where that has one.
    /// - Throws: `CommandError` where this one has another key.
    func copySealingKey(from source: DataDirectory) throws {
        guard let key = try? String(contentsOfFile: source.sealingKeyPath, encoding: .utf8) else { return }
        guard FileManager.default.fileExists(atPath: sealingKeyPath) else {
            return try writePrivately(key, to: sealingKeyPath)
        }
        guard try String(contentsOfFile: sealingKeyPath, encoding: .utf8) == key else {
            throw CommandError(
                "\(sealingKeyPath) is not the key that secrets in \(source.path) are sealed with; name an empty directory"
            )
        }
    }

    /// The key that auth tokens are sealed with.
    /// - Parameters:
    ///   - configured: the one of the settings, which wins.
    ///   - mayCreate: whether a key may be made: before the first account. Later on, one that is not there has been lost.
    func sealingKey(configured: SealingKey?, mayCreate: Bool) throws -> SealingKey {
        if let configured { return configured }
        let path = sealingKeyPath
        if let text = try? String(contentsOfFile: path, encoding: .utf8) {
            guard let key = SealingKey(hexadecimal: text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
                throw CommandError("\(path) must hold 64 hexadecimal digits")
            }
            return key
        }
        guard mayCreate else {
            throw CommandError(
                "\(path) is missing, which secrets in \(self.path) are sealed with; restore it from a backup, "
                    + "or set UNDERSTUDY_SECRET_KEY"
            )
        }
        let key = SealingKey.random()
        try writePrivately(key.hexadecimal + "\n", to: path)
        return key
    }

    /// Writes credentials where only the owner can read them, in the form of environment variables.
    /// - Returns: the file's path.
    func writeInitialCredentials(_ sid: AccountSID, _ token: Secret) throws -> String {
        let path = file("initial-credentials")
        try writePrivately("UNDERSTUDY_ACCOUNT_SID=\(sid)\nUNDERSTUDY_AUTH_TOKEN=\(token.text)\n", to: path)
        return path
    }

    var sealingKeyPath: String { file("secret.key") }

    var databasePath: String { file("understudy.sqlite") }

    private func file(_ name: String) -> String { "\(path)/\(name)" }

    private func openStore(
        isForCopy: Bool = false,
        metrics: MetricsRegistry = MetricsRegistry(),
        willMigrate: (_ copy: String) throws -> Void
    ) throws -> SQLiteStore {
        let partial = DatabaseFile.partialPath(of: databasePath)
        guard !FileManager.default.fileExists(atPath: partial) else {
            throw CommandError("A restoration was not finished: remove \(partial), and restore the backup again")
        }
        // Two that come first at once would both make the tables.
        let lock = try FileLock(waitingFor: file("open.lock"))
        defer { lock.release() }
        do {
            return try SQLiteStore(path: databasePath, isForCopy: isForCopy, metrics: metrics, willMigrate: willMigrate)
        } catch let error as DatabaseFileError {
            throw CommandError("\(error)")
        }
    }

    private static func tellOfMigration(_ copy: String) {
        FileHandle.standardError.write(Data("The database is of an older version; a copy of it is now \(copy)\n".utf8))
    }

    private func writePrivately(_ text: String, to path: String) throws {
        let isWritten = FileManager.default.createFile(
            atPath: path,
            contents: Data(text.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        guard isWritten else { throw CommandError("\(path) cannot be written") }
    }
}
