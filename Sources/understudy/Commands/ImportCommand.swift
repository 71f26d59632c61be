import ArgumentParser
import AssistantsStore
import Foundation
import TranscriptImport

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Store transcripts from a file of JSON Lines.",
        discussion: """
            One message a line, with the fields of a message on the wire: session_id, role and content are required; id, \
            assistant_id, identity, meta, date_created and date_updated may be given; account_sid is ignored. The lines of a \
            session stand in their order.

            The whole input is checked before anything is stored. The same input twice changes nothing, and after a crash \
            the same command stores the rest. A server may be running on the same directory.

            Example:
              understudy import --data-directory data --account AC0123456789abcdef0123456789abcdef transcripts.jsonl
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var owner: AccountOption
    @OptionGroup var output: FormatOption

    @Flag(
        help: ArgumentHelp(
            "Accept numbers that no IEEE 754 double holds, such as 1e400.",
            discussion: "Go and C# clients cannot read a page that has one. The default is to refuse them."
        )
    )
    var keepNumbers = false

    @Argument(help: "The file, or - for standard input.", completion: .file(extensions: ["jsonl"]))
    var file: String

    func run() async throws {
        let settings = try Settings(
            common,
            [.account: owner.account, .format: output.format?.rawValue, .keepNumbers: keepNumbers ? true : nil]
        )
        let (account, format) = (try settings.account(), try settings.format())
        let numbers: JSONScanner.Numbers = try settings.flag(.keepNumbers) ? .any : .finite
        let store = try await settings.storeLocation().openExisting()
        let bar = ProgressBar()
        let importer = TranscriptImporter(into: store, account: account, numbers: numbers) {
            bar.show($0.phase.rawValue, $0.fraction)
        }
        let summary: ImportSummary
        do {
            defer { bar.clear() }
            summary = try await importer.run(ImportInput(path: file))
        }
        let seconds = summary.duration / .seconds(1)
        try format.print(
            Result(
                stored: summary.messages.stored,
                alreadyThere: summary.messages.alreadyThere,
                sessions: summary.sessions,
                seconds: seconds
            ),
            text: """
                Stored: \(summary.messages.stored). Already there: \(summary.messages.alreadyThere). \
                Sessions in the input: \(summary.sessions). \
                Time: \(String(format: "%.1f", seconds)) s.
                """
        )
    }

    /// The summary as JSON.
    private struct Result: Encodable {
        let stored: Int
        let alreadyThere: Int
        let sessions: Int
        let seconds: Double
    }
}
