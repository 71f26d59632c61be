import ArgumentParser
import AssistantsStore

struct AccountTokenPromoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Make the secondary auth token the primary; the old one stops working.",
        discussion: """
            Example:
              understudy account token promote --data-directory data --account AC0123456789abcdef0123456789abcdef
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var owner: AccountOption

    func run() async throws {
        let settings = try Settings(common, [.account: owner.account])
        let account = try settings.account()
        try await settings.storeLocation().openExisting().promoteSecondaryAuthToken(of: account)
        print("The secondary auth token of \(account) is the primary now")
    }
}
