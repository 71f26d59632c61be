import SQLiteStore

extension DatabaseFile {
    /// - Parameters:
    ///   - argument: the FILE of a command.
    ///   - alternative: what to do for a PostgreSQL database, as a sentence.
    /// - Throws: `UsageError`. It does not repeat the argument, because a URL may have a password.
    init(argument: String, else alternative: String) throws {
        guard !argument.isEmpty else { throw UsageError("FILE must not be empty.") }
        guard DataDirectory.canBePath(argument) else {
            throw UsageError("FILE must be a file, not a URL. \(alternative)")
        }
        self.init(path: argument)
    }
}
