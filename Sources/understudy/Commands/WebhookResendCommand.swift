import ArgumentParser
import AssistantsStore

struct WebhookResendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resend",
        abstract: "Retry failed webhooks: by the server that is running, or by the next one.",
        discussion: """
            Example:
              understudy webhook resend 7 9 --data-directory data
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(
        help: ArgumentHelp("The webhooks' numbers, as understudy webhook list shows them.", valueName: "number")
    )
    var numbers: [Int64] = []

    @Flag(help: "Retry every failed webhook.")
    var all = false

    func validate() throws {
        guard all == numbers.isEmpty else { throw ValidationError("Name webhooks, or give --all.") }
    }

    func run() async throws {
        let settings = try Settings(common)
        let store = try await settings.storeLocation().openExisting()
        let numbers = all ? try await store.callbacks().filter(\.isFailed).map(\.number) : numbers
        for number in numbers { try await store.resendCallback(number) }
        print("Webhooks to be retried: \(numbers.count)")
    }
}
