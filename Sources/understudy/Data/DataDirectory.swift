import AssistantsAPI
import AssistantsStore
import Foundation
import PrometheusMetrics
import SQLiteStore
import Secrets

/// The directory that holds everything a server keeps: the database, the key that auth tokens are sealed with, and the
/// lock of the server that uses it.
struct DataDirectory {
    /// The directory of commands that name none.
    static let standardPath = "data"

    let path: String
    /// The option that names it, for errors.
    var option = "--data-directory"

    /// Whether a text can name a directory: not where it is the URL of a database, even a misspelled one, or libpq's other form,
    /// `host=… password=…`. What is taken for a path is repeated in errors.
    static func canBePath(_ text: String) -> Bool {
        let isURL = text.contains("://") || text.hasPrefix("postgres") && text.contains(":")
        return !isURL && !text.contains(/password\s*=/) && !text.contains(/:[^\/]*@/)
    }

    /// Creates the directory if it does not exist. Its parent must exist: otherwise a misspelled path, or a disk that is not mounted,
    /// would silently become an empty database.
    func create() throws {
        if mkdir(path, 0o700) == 0 {
            // Otherwise a power cut could take the directory away with everything in it. Not every parent can be opened.
            try? PrivateFile.synchronizeDirectory(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        } else if errno == ENOENT {
            throw CommandError(
                "Cannot create the data directory \(path): its parent directory does not exist. Create that first."
            )
        } else if errno != EEXIST {
            throw CommandError("Cannot create the data directory \(path): \(SystemError.reason()).")
        }
        try requireDirectory()
        guard access(path, R_OK | W_OK | X_OK) == 0 else {
            let number = errno
            throw CommandError(
                """
                Cannot write to the data directory \(path): \(SystemError.reason(number)).\
                \(FileAccessError.advice(path, number))
                """
            )
        }
    }

    /// - Throws: `CommandError` if the path leads to something other than a directory, or is a link that leads nowhere.
    private func requireDirectory() throws {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT != S_IFDIR else { return }
            throw CommandError("The data directory \(path) is a file. Name a directory with \(option).")
        }
        if errno == ENOENT, lstat(path, &status) == 0 {
            throw CommandError(
                "The data directory \(path) is a symbolic link to a directory that does not exist. Create that directory first."
            )
        }
    }

    /// Keeps other servers from the directory until the process ends.
    func lockForServing() throws -> FileLock {
        let lockPath = file("serve.lock")
        guard let lock = try FileLock(path: lockPath) else {
            let process = FileLock.holder(of: lockPath).map { "Process \($0)" } ?? "Another process"
            throw CommandError("\(process) is using the data directory \(path). Stop it first.")
        }
        return lock
    }

    /// Opens the store, and makes the database where there is none.
    func openStore() throws -> SQLiteStore {
        try openStore(warn: Self.warn) { _ in
            // A server of an older version must not have its tables changed under it.
            try lockForServing().release()
        }
    }

    /// Opens the store for the server, which makes the database where there is none.
    /// - Parameters:
    ///   - searchThreads: how many threads read for lists with a filter at most.
    ///   - warn: gets what the operator should know about the directory.
    func openStore(
        under _: FileLock,
        searchThreads: Int,
        metrics: MetricsRegistry,
        warn: (String) -> Void
    ) throws -> SQLiteStore {
        try openStore(searchThreads: searchThreads, metrics: metrics, warn: warn)
    }

    /// Opens the store of a directory that has one.
    func openExistingStore() throws -> SQLiteStore {
        try requireDatabase()
        return try openStore()
    }

    /// - Parameter isServing: whether a server with `--existing` needs the database: then the disk may not be mounted, whereas other
    ///   commands may have been given the wrong directory.
    /// - Throws: `CommandError` where the directory has no database.
    func requireDatabase(isServing: Bool = false) throws {
        try requireDirectory()
        var status = stat()
        let isFound = stat(databasePath, &status) == 0
        guard isFound || errno == ENOENT else { throw FileAccessError(path: databasePath) }
        guard isFound, status.st_size > 0 else {
            let advice =
                isServing
                ? """
                Check that its disk is mounted. To create a new one: \
                `understudy account create --data-directory \(path)`.
                """
                : "Name the right directory with \(option)."
            throw CommandError("There is no database in \(path). \(advice)")
        }
    }

    /// - Throws: `UsageError` if both are the same directory, perhaps by different paths.
    func requireOther(than other: DataDirectory) throws {
        var (status, otherStatus) = (stat(), stat())
        guard stat(path, &status) == 0, stat(other.path, &otherStatus) == 0, status.st_dev == otherStatus.st_dev,
            status.st_ino == otherStatus.st_ino
        else { return }
        throw UsageError("\(other.option) and \(option) are the same directory.")
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
        try openStore(isForCopy: isTarget, warn: Self.warn)
    }

    /// Puts the sealing key of another directory into this one, where that has one.
    /// - Throws: `CommandError` where this one has another key.
    func copySealingKey(from source: DataDirectory) throws {
        guard let key = try source.storedSealingKey(), let own = try createSealingKey(key) else { return }
        guard own.hexadecimal == key.hexadecimal else {
            throw CommandError(
                "\(sealingKeyPath) is not the key that secrets in \(source.path) are sealed with; name an empty directory"
            )
        }
    }

    /// The key that auth tokens are sealed with.
    /// - Parameters:
    ///   - configured: the one of the settings, which wins.
    ///   - mayCreate: whether a key may be created: before the first account. Later on, one that is not there has been lost.
    ///     It is on the disk when this returns, so that nothing is ever sealed with a key that a power cut can take away.
    func sealingKey(configured: SealingKey?, mayCreate: Bool) throws -> SealingKey {
        if let configured { return configured }
        if mayCreate {
            let key = SealingKey.random()
            // Another first command may have been faster.
            return try createSealingKey(key) ?? key
        }
        if let key = try storedSealingKey() { return key }
        throw CommandError(
            "\(sealingKeyPath) is missing, which secrets in \(path) are sealed with; restore it from a backup, "
                + "or set UNDERSTUDY_SECRET_KEY"
        )
    }

    /// `nil` where the directory has none.
    private func storedSealingKey() throws -> SealingKey? {
        guard FileManager.default.fileExists(atPath: sealingKeyPath) else { return nil }
        let text = try SecretFile.read(sealingKeyPath, what: "encryption key")
        guard let key = SealingKey(hexadecimal: text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw CommandError("\(sealingKeyPath) must hold 64 hexadecimal digits; restore it from a backup")
        }
        return key
    }

    /// Stores a key where the directory has none. The lock is held until the key is on the disk, so that nobody reads one that
    /// is not.
    /// - Returns: the key that the directory has already.
    private func createSealingKey(_ key: SealingKey) throws -> SealingKey? {
        let lock = try FileLock(waitingFor: openLockPath)
        defer { lock.release() }
        if let key = try storedSealingKey() { return key }
        try PrivateFile.write(key.hexadecimal + "\n", to: sealingKeyPath)
        return nil
    }

    /// Writes credentials where only the owner can read them, in the form of environment variables.
    /// - Returns: the file's path.
    func writeInitialCredentials(_ sid: AccountSID, _ token: Secret) throws -> String {
        let path = file("initial-credentials")
        try PrivateFile.write("UNDERSTUDY_ACCOUNT_SID=\(sid)\nUNDERSTUDY_AUTH_TOKEN=\(token.text)\n", to: path)
        return path
    }

    var sealingKeyPath: String { file("secret.key") }

    var databasePath: String { file("understudy.sqlite") }

    /// Held while a database is opened, and perhaps created.
    private var openLockPath: String { file("open.lock") }

    private func file(_ name: String) -> String { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }

    private func openStore(
        isForCopy: Bool = false,
        searchThreads: Int = ScanBudget.threadCount,
        metrics: MetricsRegistry = MetricsRegistry(),
        warn: (String) -> Void,
        mayMigrate: (_ copy: String) throws -> Void = { _ in }
    ) throws -> SQLiteStore {
        let partial = DatabaseFile.partialPath(of: databasePath)
        guard !FileManager.default.fileExists(atPath: partial) else {
            throw CommandError("A restoration was not finished: remove \(partial), and restore the backup again")
        }
        // Two that come first at once would both make the tables.
        let lock = try FileLock(waitingFor: openLockPath)
        defer { lock.release() }
        keepPrivate(warn: warn)
        let isNew = !FileManager.default.fileExists(atPath: databasePath)
        do {
            let store = try SQLiteStore(
                path: databasePath,
                isForCopy: isForCopy,
                searchThreads: searchThreads,
                metrics: metrics
            ) { copy in
                try mayMigrate(copy)
                warn("The database is of an older version; a copy of it is now \(copy)")
            }
            // A copy fills it.
            if isNew, !isForCopy { warn("Created a new, empty database in \(path)") }
            return store
        } catch let error as DatabaseFileError {
            throw CommandError("\(error)")
        }
    }

    /// Writes a warning where commands other than `serve` have them.
    static func warn(_ text: String) {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
    }
}

// MARK: Privacy

extension DataDirectory {
    /// Removes other users' access to the directory's files, which earlier versions left to the umask, and warns where others can
    /// enter the directory itself.
    /// - Parameter warn: gets each change, and what could not be changed.
    func keepPrivate(warn: (String) -> Void) {
        if let mode = mode(of: path, followingLink: true), mode & 0o077 != 0 {
            let octal = String(mode, radix: 8)
            warn("The data directory \(path) is open to other users (mode \(octal)). Run: chmod 700 \(path)")
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for path in names.filter(isOwn).sorted().map(file) {
            guard let mode = mode(of: path), mode & 0o077 != 0 else { continue }
            if chmod(path, 0o600) == 0 {
                warn("Other users could open \(path) (mode \(String(mode, radix: 8))); its mode is now 600")
            } else {
                warn(
                    "Other users can open \(path), and its mode cannot be changed: \(SystemError.reason())"
                )
            }
        }
    }

    /// Whether a file of this name is the directory's: not what somebody has put beside it.
    private func isOwn(_ name: String) -> Bool {
        ["secret.key", "secret.key.new", "initial-credentials", "initial-credentials.new", "serve.lock", "open.lock"]
            .contains(name)
            || name == "understudy.sqlite" || name.hasPrefix("understudy.sqlite-")
            || name.hasPrefix("understudy.sqlite.version-") || name == "understudy.sqlite.partial"
    }

    /// `nil` of what is not there, and of a symbolic link that is not followed: its own mode means nothing.
    private func mode(of path: String, followingLink: Bool = false) -> mode_t? {
        var status = stat()
        guard (followingLink ? stat(path, &status) : lstat(path, &status)) == 0, status.st_mode & S_IFMT != S_IFLNK
        else {
            return nil
        }
        return status.st_mode & 0o7777
    }
}
