import ArgumentParser
import AssistantsStore

struct CallbackListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the callbacks that were not delivered, oldest first.",
        discussion: """
            One that is "waiting" is tried again by itself; one that "failed" was tried for as long as --callback-retry-time \
            of understudy serve says. A failed one is deleted 30 days after it was created or last resent.

            Example:
              understudy callback list --data-directory data --format json
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let settings = try await Settings(common, texts: ["format": output.format?.rawValue])
        let format = try await settings.format()
        let callbacks = try await settings.storeLocation().openExisting().callbacks()
        try format.print(
            callbacks.map(Item.init),
            text: callbacks.map(Item.init).map { item in
                "\(item.number)  \(item.dateCreated)  \(item.status)  \(item.attempts) attempts  \(item.url)  \(item.lastError)"
            }.joined(separator: "\n")
        )
    }

    /// A callback as JSON; what it would tell its receiver is left out.
    private struct Item: Encodable {
        let number: Int64
        let accountSid: String
        let url: String
        let status: String
        let attempts: Int
        let lastError: String
        let dateCreated: String

        init(_ callback: Callback) {
            number = callback.number
            accountSid = callback.account.text
            url = callback.content.url
            status = callback.isFailed ? "failed" : "waiting"
            attempts = callback.attempts
            lastError = callback.lastError ?? ""
            dateCreated = callback.dateCreated.iso8601
        }
    }
}
