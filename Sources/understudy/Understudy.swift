import ArgumentParser

@main
struct Understudy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "understudy",
        abstract: "A self-hosted server that speaks the AI Assistants v1 API.",
        discussion: """
            Programs written for the retired service change one line, the base URL, and go on; their transcripts are \
            their own.

            Every option but those of copy may also come from the environment (--data-directory as \
            UNDERSTUDY_DATA_DIRECTORY) or from a JSON file of options ({"data-directory": "data"}) that --config-file \
            names. The command line wins over the environment, and the environment over the file.

            Exit codes: 0 done, 1 failed, 64 wrong usage.

            Example:
              understudy serve --data-directory data
            """,
        version: "0.1.0",
        subcommands: [
            ServeCommand.self, AccountCommand.self, KeyCommand.self, CallbackCommand.self, ImportCommand.self,
            BackupCommand.self, RestoreCommand.self, CheckCommand.self, CopyCommand.self, DatabaseCommand.self,
        ]
    )
}

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

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Make, list and revoke API keys.",
        discussion: """
            Example:
              understudy key create --data-directory data --account AC0123456789abcdef0123456789abcdef
            """,
        subcommands: [KeyCreateCommand.self, KeyListCommand.self, KeyRevokeCommand.self]
    )
}

struct CallbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "callback",
        abstract: "See and resend the callbacks that were not delivered.",
        discussion: """
            Example:
              understudy callback list --data-directory data
            """,
        subcommands: [CallbackListCommand.self, CallbackResendCommand.self]
    )
}

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
