import ArgumentParser
import AssistantsAPI
import AssistantsStore
import Secrets

struct KeyCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make an API key and print it. Its secret is shown this once.",
        discussion: """
            Example:
              understudy key create --data-directory data --account AC0123456789abcdef0123456789abcdef --name reports \
            --read-only
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var owner: AccountOption
    @OptionGroup var output: FormatOption

    @Option(help: "What people call the key.")
    var name: String?

    @Flag(help: "Let the key read, and change nothing.")
    var readOnly = false

    func run() async throws {
        let settings = try Settings(
            common,
            [.account: owner.account, .name: name, .format: output.format?.rawValue, .readOnly: readOnly ? true : nil]
        )
        let key = APIKey(
            sid: .random(),
            account: try settings.account(),
            name: settings.text(.name) ?? "",
            isReadOnly: try settings.flag(.readOnly),
            dateCreated: .now
        )
        let format = try settings.format()
        let secret = Secret.random()
        try await settings.storeLocation().openExisting().create(key, secretDigest: secret.digest)
        try format.print(
            ["sid": key.sid.text, "secret": secret.text, "account_sid": key.account.text, "name": key.name],
            text: "Key SID: \(key.sid)\nSecret:  \(secret.text)"
        )
    }
}
