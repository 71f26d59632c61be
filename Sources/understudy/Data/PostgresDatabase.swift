import AssistantsStore
import PostgresStore

/// A PostgreSQL database, by its URL.
struct PostgresDatabase {
    private let url: String

    /// `nil` where `url` is none of PostgreSQL.
    init?(_ url: String) {
        guard url.hasPrefix("postgresql://") || url.hasPrefix("postgres://") else { return nil }
        self.url = url
    }

    func openStore() async throws -> any Store {
        do {
            return try await PostgresStore(url: url)
        } catch let error as DatabaseError {
            throw CommandError("\(error)")
        }
    }

    /// Makes the tables, or brings them to this version's form.
    func migrate() async throws {
        do {
            try await PostgresStore.migrate(url: url)
        } catch let error as DatabaseError {
            throw CommandError("\(error)")
        }
    }
}
