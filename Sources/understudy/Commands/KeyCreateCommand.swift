import ArgumentParser
import AssistantsAPI
import AssistantsStore

struct KeyCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make an API key and print it. Its secret is shown this once.",
        discussion: """
            Example:
              understudy key create --data-directory data --account AC0123456789abcdef0123456789abcdef --name reports
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var owner: AccountOption

    @Option(help: "What people call the key.")
    var name = ""

    @Option(help: "How to print the key.")
    var format = OutputFormat.text

    func run() async throws {
        let key = APIKey(sid: .random(), account: owner.account, name: name, dateCreated: .now)
        let secret = Secret.random()
        let directory = try await Settings(common).dataDirectory()
        try await directory.openExistingStore().create(key, secretDigest: secret.digest)
        try format.print(
            ["sid": key.sid.text, "secret": secret.text, "account_sid": key.account.text, "name": key.name],
            text: "Key SID: \(key.sid)\nSecret:  \(secret.text)"
        )
    }
}
