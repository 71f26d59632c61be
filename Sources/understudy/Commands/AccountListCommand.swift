import ArgumentParser
import AssistantsStore

struct AccountListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the accounts, oldest first.",
        discussion: """
            Example:
              understudy account list --data-directory data --format json
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "How to print the accounts.")
    var format = OutputFormat.text

    func run() async throws {
        let directory = try await Settings(common).dataDirectory()
        let accounts = try await directory.openExistingStore().accounts()
        try format.print(
            accounts.map { ["sid": $0.sid.text, "name": $0.name, "date_created": $0.dateCreated.iso8601] },
            text: accounts.map { "\($0.sid)  \($0.dateCreated.iso8601)  \($0.name)" }.joined(separator: "\n")
        )
    }
}
