import ArgumentParser
import AssistantsStore
import Foundation
import TranscriptExport

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write transcripts to a file of JSON Lines, which import reads.",
        discussion: """
            One message a line, with all fields of a message but account_sid, and dates to the microsecond. Sessions are in the order \
            of their ids, messages in the order of the API. Imported into an empty account, the file gives the same export again.

            The file is FILE.partial until it is complete. If the export is interrupted, the same command continues it. Servers may be \
            running: each session is written as it is when it is read.

            Example:
              understudy export --data-directory data transcripts.jsonl
              understudy export --database-url postgresql://understudy@db.example.com/understudy - | gzip >transcripts.jsonl.gz
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp(
            "The account's SID. The default is the only account; required if there are several.",
            valueName: "AC…"
        )
    )
    var account: String?

    @Option(help: ArgumentHelp("Only this session, by its id or name.", valueName: "session"))
    var session: String?

    @Option(
        help: ArgumentHelp(
            "Only the sessions of this identity, each with all of its messages.",
            discussion: "A session's identity is that of its first message.",
            valueName: "identity"
        )
    )
    var identity: String?

    @OptionGroup var output: FormatOption

    @Argument(help: "The file, which must not exist yet, or - for standard output.", completion: .file())
    var file: String

    func run() async throws {
        let path = try FileArgument.path(file, else: "Name a PostgreSQL database with --database-url.")
        let settings = try Settings(
            common,
            [.account: account, .format: output.format?.rawValue]
        )
        let format = try settings.format()
        let selection = try selection()
        let start = ContinuousClock.now
        let store = try await settings.storeLocation().openExisting()
        let account = try await Self.account(settings, in: store)
        let bar = ProgressBar()
        let isBarShown = bar.isShown && (path != "-" || isatty(STDOUT_FILENO) == 0)
        let exporter = TranscriptExporter(
            of: account,
            in: store,
            selection: selection,
            isInterrupted: { Interruption.isRequested },
            report: isBarShown ? { bar.show("\($0.messages) messages", $0.fraction) } : nil
        )
        if path == "-" {
            var output = ExportOutput(stream: STDOUT_FILENO, name: "standard output")
            do {
                defer { bar.clear() }
                try await exporter.run(to: &output)
            }
            // Standard output has the messages.
            FileHandle.standardError.write(Data("\(try text(of: output, start, format))\n".utf8))
        } else {
            let file = try ExportFile(path: path, arguments: try await exporter.arguments())
            let output = try await export(exporter, to: file, bar)
            try file.finish()
            print(try text(of: output, start, format))
        }
    }

    /// Writes the file, or what it lacks.
    private func export(
        _ exporter: TranscriptExporter,
        to file: ExportFile,
        _ bar: ProgressBar
    ) async throws -> ExportOutput {
        defer { bar.clear() }
        var output = try ExportOutput(file: file.descriptor, path: file.partialPath)
        Interruption.watch()
        do {
            try await exporter.run(to: &output)
        } catch {
            let isInterruption = if case ExportError.interrupted = error { true } else { false }
            guard output.size > 0 else {
                file.discard()
                if isInterruption { Interruption.end("Interrupted before the first message was exported.") }
                throw error
            }
            guard isInterruption else {
                throw CommandError(
                    "\(error)\n\(file.partialPath) has what was exported so far; the same command continues."
                )
            }
            bar.clear()
            Interruption.end(
                "Interrupted. \(file.partialPath) has \(output.messages) messages; the same command continues."
            )
        }
        return output
    }

    // MARK: Arguments

    private func selection() throws -> TranscriptExporter.Selection {
        switch (session, identity) {
        case (let session?, nil): return .session(SessionReference(session))
        case (nil, let identity?): return .identity(identity)
        case (nil, nil): return .all
        case (_?, _?): throw UsageError("--session and --identity exclude each other. Leave one out.")
        }
    }

    /// The account that is named, or the only one.
    private static func account(_ settings: Settings, in store: any Store) async throws -> AccountSID {
        let accounts = try await store.accounts().map(\.sid)
        if let account = try settings.value(.account, allowed: AccountSID.form, AccountSID.init) {
            guard accounts.contains(account) else { throw StoreError.notFound(.account(account)) }
            return account
        }
        guard let first = accounts.first else { throw CommandError("There is no account, and so nothing to export") }
        guard accounts.count == 1 else {
            throw UsageError(
                "There are \(accounts.count) accounts: name one with --account. List accounts with `understudy account list`."
            )
        }
        return first
    }

    // MARK: The summary

    private func text(of output: ExportOutput, _ start: ContinuousClock.Instant, _ format: OutputFormat) throws
        -> String
    {
        let seconds = start.duration(to: .now) / .seconds(1)
        let result = Result(
            messages: output.messages,
            sessions: output.sessions,
            bytes: output.size,
            sha256: output.sha256,
            seconds: seconds
        )
        return try format.string(
            of: result,
            text: """
                Messages: \(result.messages). Sessions: \(result.sessions). \
                Time: \(String(format: "%.1f", seconds)) s.
                SHA-256: \(result.sha256)
                """
        )
    }

    /// The summary as JSON.
    private struct Result: Encodable {
        let messages: Int
        let sessions: Int
        let bytes: UInt64
        let sha256: String
        let seconds: Double
    }
}
