import ArgumentParser
import AssistantsStore

struct KeyListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List an account's API keys, oldest first.",
        discussion: """
            Example:
              understudy key list --data-directory data --account AC0123456789abcdef0123456789abcdef
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var owner: AccountOption

    @Option(help: "How to print the keys.")
    var format = OutputFormat.text

    func run() async throws {
        let directory = try await Settings(common).dataDirectory()
        let keys = try await directory.openExistingStore().apiKeys(of: owner.account)
        try format.print(
            keys.map { ["sid": $0.sid.text, "name": $0.name, "date_created": $0.dateCreated.iso8601] },
            text: keys.map { "\($0.sid)  \($0.dateCreated.iso8601)  \($0.name)" }.joined(separator: "\n")
        )
    }
}
