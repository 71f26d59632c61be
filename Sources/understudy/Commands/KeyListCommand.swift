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
        let settings = try Settings(common, [.account: owner.account, .format: output.format?.rawValue])
        let (account, format) = (try settings.account(), try settings.format())
        let keys = try await settings.storeLocation().openExisting().apiKeys(of: account)
        try format.print(
            keys.map(Row.init),
            text: keys.map { key in
                "\(key.sid)  \(key.dateCreated.iso8601)  \(key.isReadOnly ? "read-only " : "")\(key.name)"
            }.joined(separator: "\n")
        )
    }

    /// A key as JSON.
    private struct Row: Encodable {
        let sid: String
        let name: String
        let readOnly: Bool
        let dateCreated: String

        init(_ key: APIKey) {
            sid = key.sid.text
            name = key.name
            readOnly = key.isReadOnly
            dateCreated = key.dateCreated.iso8601
        }
    }
}
