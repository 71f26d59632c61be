/// The FILE of a command.
enum FileArgument {
    /// Checks that an argument can be the path of a file, and returns it.
    /// - Parameter alternative: what to do for a PostgreSQL database, as a sentence.
    /// - Throws: `UsageError`. It does not repeat the argument, because a URL may have a password.
    static func path(_ argument: String, else alternative: String) throws -> String {
        guard !argument.isEmpty else { throw UsageError("FILE must not be empty.") }
        guard DataDirectory.canBePath(argument) else {
            throw UsageError("FILE must be a file, not a URL. \(alternative)")
        }
        return argument
    }
}
