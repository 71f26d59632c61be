import ArgumentParser
import AssistantsStore

struct CallbackResendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resend",
        abstract: "Have failed callbacks tried anew, by the server that runs or the next one.",
        discussion: """
            Example:
              understudy callback resend 7 9 --data-directory data
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(
        help: ArgumentHelp("The callbacks' numbers, as understudy callback list shows them.", valueName: "number")
    )
    var numbers: [Int64] = []

    @Flag(help: "Resend every failed callback.")
    var all = false

    func validate() throws {
        guard all == numbers.isEmpty else { throw ValidationError("name callbacks, or give --all") }
    }

    func run() async throws {
        let settings = try await Settings(common)
        let store = try await settings.storeLocation().openExisting()
        let numbers = all ? try await store.callbacks().filter(\.isFailed).map(\.number) : numbers
        for number in numbers { try await store.resendCallback(number) }
        print("\(numbers.count) to be tried anew")
    }
}
