import ArgumentParser
import AssistantsStore
import Foundation
import PostgresStore

/// Where a store is.
enum StoreLocation: CustomStringConvertible {
    case directory(DataDirectory)
    case postgres(PostgresDatabase)

    /// For logs and people, without a password.
    var description: String {
        switch self {
        case .directory(let directory): URL(fileURLWithPath: directory.databasePath).path
        case .postgres(let database): database.description
        }
    }

    /// - Parameter option: the name of the option that `text` comes from.
    /// - Throws: `UsageError` if it is neither a directory nor the URL of a PostgreSQL database. It may hold a password,
    ///   which the error does not repeat.
    init(_ text: String, option: String) throws {
        if let database = PostgresDatabase(text) {
            self = .postgres(database)
        } else if DataDirectory.canBePath(text) {
            self = .directory(DataDirectory(path: text, option: option))
        } else {
            throw UsageError("\(option) must be a data directory, or \(PostgresDatabase.form).")
        }
    }

    /// Prints to standard error which store a command uses.
    /// - Parameter label: what it is to the command.
    func announce(as label: String = "Store") {
        FileHandle.standardError.write(Data("\(label): \(self)\n".utf8))
    }

    /// Opens the store, and creates the database in a directory that has none.
    func open() async throws -> any Store {
        announce()
        return switch self {
        case .directory(let directory): try directory.openStore()
        case .postgres(let database): try await database.openStore()
        }
    }

    /// Opens the store of a database that exists.
    func openExisting() async throws -> any Store {
        announce()
        return switch self {
        case .directory(let directory): try directory.openExistingStore()
        case .postgres(let database): try await database.openStore()
        }
    }
}
