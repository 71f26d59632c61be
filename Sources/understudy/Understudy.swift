import ArgumentParser
import BuildInformation
import Foundation

@main
struct Understudy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "understudy",
        abstract: "A self-hosted server that speaks the AI Assistants v1 API.",
        discussion: """
            Programs written for the retired service change one line, the base URL, and go on; their transcripts are \
            their own.

            Settings, which are the options of serve and those that commands share, may also come from the environment \
            (--data-directory as UNDERSTUDY_DATA_DIRECTORY) or from a JSON file ({"data-directory": "data"}) that --config-file \
            names. The command line wins over the environment, and the environment over the file.

            Exit codes: 0 done, 1 failed, 64 wrong usage.

            Example:
              understudy serve --data-directory data
            """,
        version: BuildInformation.text,
        subcommands: [
            ServeCommand.self, ConfigCommand.self, HealthCommand.self, AccountCommand.self, KeyCommand.self,
            WebhookCommand.self, ImportCommand.self, ExportCommand.self, BackupCommand.self, RestoreCommand.self,
            CheckCommand.self, CopyCommand.self, DatabaseCommand.self,
        ]
    )

    static func main() async {
        var name = commandName
        do {
            var command = try parseAsRoot()
            name = Self.name(of: type(of: command), under: self) ?? name
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as UsageError {
            // ArgumentParser would print the usage of this command, not of the one that failed.
            FileHandle.standardError.write(
                Data("Error: \(error.description)\nRun `\(name) --help` for its options.\n".utf8)
            )
            exit(withError: ExitCode.validationFailure)
        } catch {
            if ServeCommand.logsJSON(CommandLine.arguments), !(error is ExitCode), exitCode(for: error) != .success {
                ServeCommand.logFailure(message(for: error))
                exit(withError: exitCode(for: error))
            }
            exit(withError: error)
        }
    }

    /// The words that run a command, as `understudy key create`.
    private static func name(of type: any ParsableCommand.Type, under parent: any ParsableCommand.Type) -> String? {
        if parent == type { return parent.commandName }
        for command in parent.configuration.subcommands {
            if let name = name(of: type, under: command) { return "\(parent.commandName) \(name)" }
        }
        return nil
    }
}

extension ParsableCommand {
    fileprivate static var commandName: String { configuration.commandName ?? "" }
}

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Make and list accounts, and change their auth tokens.",
        discussion: """
            Example:
              understudy account create --data-directory data --name production
            """,
        subcommands: [
            AccountCreateCommand.self, AccountListCommand.self, AccountDeleteCommand.self, AccountTokenCommand.self,
        ]
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

struct WebhookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook",
        abstract: "List and resend the webhooks that were not delivered.",
        discussion: """
            Example:
              understudy webhook list --data-directory data
            """,
        subcommands: [WebhookListCommand.self, WebhookResendCommand.self],
        // Its name until 0.1.
        aliases: ["callback"]
    )
}

struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "database",
        abstract: "Upgrade a PostgreSQL database, or manage the search index of a data directory.",
        discussion: """
            Example:
              understudy database migrate --database-url postgresql://understudy@db.example.com/understudy
              understudy database search status --data-directory data
            """,
        subcommands: [DatabaseMigrateCommand.self, DatabaseSearchCommand.self]
    )
}
