import ArgumentParser
import AssistantsStore

struct AccountTokenDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Take the secondary auth token away; the primary goes on working.",
        discussion: """
            Example:
              understudy account token delete --data-directory data --account AC0123456789abcdef0123456789abcdef
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var owner: AccountOption

    func run() async throws {
        let settings = try Settings(common, [.account: owner.account])
        let account = try settings.account()
        try await settings.storeLocation().openExisting().setSecondaryAuthToken(nil, of: account)
        print("\(account) has its primary auth token alone")
    }
}
