import ArgumentParser

struct DatabaseMigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Make a PostgreSQL database's tables, or bring them to this version's form.",
        discussion: """
            Safe to run again, and by several at once. The server never does it by itself.

            Example:
              understudy database migrate --database-url postgresql://understudy@db.example.com/understudy
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings(common)
        guard let database = try await settings.postgresDatabase() else {
            throw ValidationError("--database-url is missing: it says which database to migrate")
        }
        try await database.migrate()
        print("The database is of this version")
    }
}
