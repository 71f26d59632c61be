import ArgumentParser

struct AccountTokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Change an account's auth token while programs go on.",
        discussion: """
            First create a secondary token, which works beside the primary one. Give it to every program. Then promote it: it is \
            the primary from then on, signs callbacks, and the old one stops working within a second.

            Example:
              understudy account token create --data-directory data --account AC0123456789abcdef0123456789abcdef
              understudy account token promote --data-directory data --account AC0123456789abcdef0123456789abcdef
            """,
        subcommands: [
            AccountTokenCreateCommand.self, AccountTokenPromoteCommand.self, AccountTokenDeleteCommand.self,
        ]
    )
}
