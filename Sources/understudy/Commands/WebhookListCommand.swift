import ArgumentParser
import AssistantsStore
import Foundation

struct WebhookListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the webhooks that were not delivered, oldest first.",
        discussion: """
            A webhook that is waiting is retried automatically; one that failed was retried for as long as --webhook-retry-time of \
            understudy serve allows. A failed webhook is deleted 30 days after it was created or last resent.

            Example:
              understudy webhook list --data-directory data --format json
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let settings = try Settings(common, [.format: output.format?.rawValue])
        let format = try settings.format()
        let webhooks = try await settings.storeLocation().openExisting().callbacks().map(Webhook.init)
        try format.print(webhooks, text: webhooks.map(\.text).joined(separator: "\n"))
    }

    /// A webhook as JSON, without what it tells its receiver.
    private struct Webhook: Encodable {
        let number: Int64
        let status: String
        let accountSid: String
        let sessionId: String
        let url: String
        let attempts: Int
        let lastError: String
        let dateCreated: String
        /// `nil` if it failed.
        let nextAttempt: String?

        init(_ callback: Callback) {
            number = callback.number
            status = callback.isFailed ? "failed" : "waiting"
            accountSid = callback.account.text
            sessionId = callback.content.field("SessionId") ?? ""
            url = callback.content.url
            attempts = callback.attempts
            lastError = callback.lastError ?? ""
            dateCreated = callback.dateCreated.iso8601
            nextAttempt = callback.due?.iso8601
        }

        var text: String {
            let next = nextAttempt.map { "next attempt \($0)" } ?? "no further attempt"
            return """
                \(number)  \(dateCreated)  \(status)  \(accountSid)  session \(sessionId)  \(attempts) attempts, \(next)  \
                \(url)  \(lastError)
                """
        }
    }
}

extension NewCallback {
    /// The value of a field of the body.
    fileprivate func field(_ name: String) -> String? {
        let pair = body.split(separator: "&").first { $0.hasPrefix("\(name)=") }
        return pair?.dropFirst(name.count + 1).replacing("+", with: " ").removingPercentEncoding
    }
}
