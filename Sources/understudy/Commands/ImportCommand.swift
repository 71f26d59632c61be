import ArgumentParser
import AssistantsStore
import Foundation
import TranscriptImport

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Store transcripts from JSON Lines or saved pages.",
        discussion: """
            A file has one message a line, with the fields of a message on the wire: session_id, role, and content are required; id, \
            assistant_id, identity, meta, date_created, and date_updated are optional; account_sid is ignored. The lines of a \
            session are in their order, and several files are read one after another.

            Or it has pages of the API's list of messages ({"messages": […], "meta": …}) as a client saved them, one or several. Pages may \
            overlap, and the files may be given in any order: pages of a session follow their number in meta, or the names of their files. \
            Name all pages of a session in one command: new messages are stored after those that the session already has.

            The whole input is checked before anything is stored. The same input twice changes nothing, and after an interruption \
            the same command stores the rest. A server may be running on the same data. A message without an id is \
            recognized by its place among the lines of its session: name the same files in the same order, and new ones last.

            Example:
              understudy import --data-directory data --account AC0123456789abcdef0123456789abcdef transcripts.jsonl
              understudy import --data-directory data --account AC0123456789abcdef0123456789abcdef pages/*.json
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

    @Flag(help: "Check the input and count what would be stored, but store nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Order of the messages in saved pages. Default: judged for each session by ids and dates.",
            valueName: "order"
        )
    )
    var order: SavedListOrder?

    @Argument(
        help: "The files, or - for standard input.",
        completion: .file(extensions: ["jsonl", "json"])
    )
    var files: [String]

    func run() async throws {
        let settings = try Settings(
            common,
            [
                .account: owner.account, .format: output.format?.rawValue, .keepNumbers: keepNumbers ? true : nil,
            ]
        )
        let (account, format) = (try settings.account(), try settings.format())
        let numbers: JSONScanner.Numbers = try settings.flag(.keepNumbers) ? .any : .finite
        let store = try await settings.storeLocation().openExisting()
        let bar = ProgressBar()
        let importer = TranscriptImporter(
            into: store,
            account: account,
            numbers: numbers,
            isInterrupted: { Interruption.isRequested },
            report: { bar.show($0.phase.rawValue, $0.fraction) }
        )
        do {
            defer { bar.clear() }
            Interruption.watch()
            let input = try ImportInput(paths: files, order: order, isInterrupted: { Interruption.isRequested })
            if order != nil, !input.hasPages {
                throw UsageError(
                    "--order is for saved pages, and the input has none. Leave it out, or name files with pages."
                )
            }
            if dryRun {
                let preview = try await importer.check(input)
                bar.clear()
                try tell(preview, format)
            } else {
                let summary = try await importer.run(input)
                bar.clear()
                try tell(summary, format)
            }
        } catch let error as ImportError {
            if case .interrupted = error { Interruption.end("\(error)") }
            throw error
        }
    }

    private func tell(_ summary: ImportSummary, _ format: OutputFormat) throws {
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

    private func tell(_ preview: ImportPreview, _ format: OutputFormat) throws {
        let roles = MessageRole.allCases.map { ($0.rawValue, preview.roles[$0, default: 0]) }
        try format.print(
            Preview(
                wouldStore: preview.messages.stored,
                alreadyThere: preview.messages.alreadyThere,
                sessions: preview.sessions,
                reversedSessions: preview.reversedSessions,
                roles: Dictionary(uniqueKeysWithValues: roles)
            ),
            text: """
                Would store: \(preview.messages.stored). Already there: \(preview.messages.alreadyThere). \
                Sessions in the input: \(preview.sessions).
                Messages by role: \(roles.map { "\($0) \($1)" }.joined(separator: ", ")).
                Sessions whose pages list the newest message first, to be stored in reverse: \(preview.reversedSessions).
                Nothing was stored.
                """
        )
    }

    /// The preview as JSON.
    private struct Preview: Encodable {
        let wouldStore: Int
        let alreadyThere: Int
        let sessions: Int
        let reversedSessions: Int
        let roles: [String: Int]
    }

    /// The summary as JSON.
    private struct Result: Encodable {
        let stored: Int
        let alreadyThere: Int
        let sessions: Int
        let seconds: Double
    }
}

extension SavedListOrder: ExpressibleByArgument {}
