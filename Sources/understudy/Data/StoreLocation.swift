import AssistantsStore
import PostgresStore

/// Where a store is.
enum StoreLocation {
    case directory(DataDirectory)
    case postgres(PostgresDatabase)

    init(_ text: String) {
        self = PostgresDatabase(text).map(StoreLocation.postgres) ?? .directory(DataDirectory(path: text))
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
