import ArgumentParser
import AssistantsStore
import PostgresStore

/// Where a store is.
enum StoreLocation {
    case directory(DataDirectory)
    case postgres(PostgresDatabase)

    /// - Parameter option: the name of the option that `text` comes from.
    /// - Throws: `ValidationError` if it is neither a directory nor the URL of a PostgreSQL database. It may hold a password,
    ///   which the error does not repeat.
    init(_ text: String, option: String) throws {
        if let database = PostgresDatabase(text) {
            self = .postgres(database)
        } else if DataDirectory.canBePath(text) {
            self = .directory(DataDirectory(path: text))
        } else {
            throw ValidationError("\(option) must be a data directory, or \(PostgresDatabase.form)")
        }
    }

    /// Opens the store, and makes the database in a directory that has none.
    func open() async throws -> any Store {
        switch self {
        case .directory(let directory): try directory.openStore()
        case .postgres(let database): try await database.openStore()
        }
    }

    /// Opens the store of a database that is there.
    func openExisting() async throws -> any Store {
        switch self {
        case .directory(let directory): try directory.openExistingStore()
        case .postgres(let database): try await database.openStore()
        }
    }
}
