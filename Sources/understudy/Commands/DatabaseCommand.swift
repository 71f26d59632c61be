import ArgumentParser

struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "database",
        abstract: "Look after a PostgreSQL database.",
        discussion: """
            Example:
              understudy database migrate --database-url postgresql://understudy@db.example.com/understudy
            """,
        subcommands: [DatabaseMigrateCommand.self]
    )
}
