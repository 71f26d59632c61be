import ArgumentParser
import AssistantsAPI
import AssistantsStore
import Secrets

struct AccountTokenCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a secondary auth token and print it, in place of one that there is.",
        discussion: """
            Example:
              understudy account token create --data-directory data --account AC0123456789abcdef0123456789abcdef
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var owner: AccountOption
    @OptionGroup var output: FormatOption

    func run() async throws {
        let settings = try Settings(common, [.account: owner.account, .format: output.format?.rawValue])
        let (account, format) = (try settings.account(), try settings.format())
        let key = try settings.dataDirectory().sealingKey(configured: settings.sealingKey(), mayCreate: false)
        let token = Secret.random()
        try await settings.storeLocation().openExisting().setSecondaryAuthToken(
            StoredAuthToken(digest: token.digest, sealed: try key.seal(token)),
            of: account
        )
        try format.print(
            ["account_sid": account.text, "secondary_auth_token": token.text],
            text: "Secondary auth token: \(token.text)"
        )
    }
}
