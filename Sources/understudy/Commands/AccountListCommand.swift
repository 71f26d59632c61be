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
    @OptionGroup var output: FormatOption

    func run() async throws {
        let settings = try Settings(common, [.format: output.format?.rawValue])
        let format = try settings.format()
        let accounts = try await settings.storeLocation().openExisting().accounts()
        try format.print(
            accounts.map { ["sid": $0.sid.text, "name": $0.name, "date_created": $0.dateCreated.iso8601] },
            text: accounts.map { "\($0.sid)  \($0.dateCreated.iso8601)  \($0.name)" }.joined(separator: "\n")
        )
    }
}
