import ArgumentParser

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Make and list accounts.",
        discussion: """
            Example:
              understudy account create --data-directory data --name production
            """,
        subcommands: [AccountCreateCommand.self, AccountListCommand.self]
    )
}
