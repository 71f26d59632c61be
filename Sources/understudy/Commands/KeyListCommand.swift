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
    @OptionGroup var output: FormatOption

    func run() async throws {
        let settings = try await Settings(common, texts: ["account": owner.account, "format": output.format?.rawValue])
        let (account, format) = (try await settings.account(), try await settings.format())
        let keys = try await settings.storeLocation().openExisting().apiKeys(of: account)
        try format.print(
            keys.map { ["sid": $0.sid.text, "name": $0.name, "date_created": $0.dateCreated.iso8601] },
            text: keys.map { "\($0.sid)  \($0.dateCreated.iso8601)  \($0.name)" }.joined(separator: "\n")
        )
    }
}
