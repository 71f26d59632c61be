import ArgumentParser
import AssistantsStore

struct KeyRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revoke an API key: it stops working within a second.",
        discussion: """
            Example:
              understudy key revoke SK0123456789abcdef0123456789abcdef --data-directory data \
            --account AC0123456789abcdef0123456789abcdef
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var owner: AccountOption

    @Argument(
        help: ArgumentHelp("The key's SID.", valueName: "SK…"),
        transform: { text in
            guard let sid = APIKeySID(text) else { throw ValidationError("it must be SK and 32 hexadecimal digits") }
            return sid
        }
    )
    var key: APIKeySID

    func run() async throws {
        let settings = try Settings(common, [.account: owner.account])
        let account = try settings.account()
        try await settings.storeLocation().openExisting().revoke(key, of: account)
        print("\(key) is revoked")
    }
}
