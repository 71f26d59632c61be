import ArgumentParser

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Make and list accounts, and change their auth tokens.",
        discussion: """
            Example:
              understudy account create --data-directory data --name production
            """,
        subcommands: [AccountCreateCommand.self, AccountListCommand.self, AccountTokenCommand.self]
    )
}
