import ArgumentParser
import AssistantsStore
import Foundation
import StoreCopy

struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy everything from one database into another, empty one.",
        discussion: """
            From a data directory to PostgreSQL, back, or between two of a kind: accounts and credentials, sessions and \
            messages in their places, what waits to be answered or delivered. Page tokens and API keys go on working. At \
            the end the two are compared, by count and checksum.

            Nobody can write to the first meanwhile: stop its servers. A copy that is not finished cannot be used. After a \
            crash the same command goes on from where it was. A PostgreSQL database gets its tables by understudy database migrate first.

            Example:
              understudy copy --from data --to postgresql://understudy@db.example.com/understudy
            """
    )

    @Option(help: ArgumentHelp("A data directory, or a PostgreSQL URL.", valueName: "store"), completion: .directory)
    var from: String

    @Option(help: ArgumentHelp("A data directory, or a PostgreSQL URL.", valueName: "store"), completion: .directory)
    var to: String

    @OptionGroup var output: FormatOption

    func validate() throws {
        guard from != to else { throw ValidationError("--from and --to are the same") }
    }

    func run() async throws {
        let source = try StoreLocation(from, option: "--from")
        let target = try StoreLocation(to, option: "--to")
        if case (.directory(let old), .directory(let new)) = (source, target) { try new.requireOther(than: old) }
        source.announce(as: "From")
        target.announce(as: "To")
        if case .directory(let directory) = source { try directory.requireDatabase() }
        let (sourceContents, sourceLock) = try await source.openContents(isTarget: false)
        if case .directory(let directory) = target { try directory.create() }
        let (targetContents, targetLock) = try await target.openContents(isTarget: true)
        defer {
            sourceLock?.release()
            targetLock?.release()
        }
        if case (.directory(let old), .directory(let new)) = (source, target) { try new.copySealingKey(from: old) }
        let bar = ProgressBar()
        let copier = StoreCopier(from: sourceContents, to: targetContents) { progress in
            bar.show(progress.phase.rawValue, progress.fraction)
        }
        let summary: CopySummary
        do {
            defer { bar.clear() }
            summary = try await copier.run()
        }
        try tell(summary, of: source, target)
    }

    private func tell(_ summary: CopySummary, of source: StoreLocation, _ target: StoreLocation) throws {
        let result = Result(
            accounts: summary.counts[.account, default: 0],
            sessions: summary.counts[.session, default: 0],
            messages: summary.counts[.message, default: 0],
            seconds: summary.duration / .seconds(1)
        )
        let seconds = String(format: "%.1f", result.seconds)
        var text = """
            The copy is the same. Accounts: \(result.accounts). Sessions: \(result.sessions). \
            Messages: \(result.messages). Time: \(seconds) s.
            """
        switch (source, target) {
        case (.directory(let old), .postgres):
            text += "\nEvery server needs the sealing key, too: \(old.sealingKeyPath)"
        case (.postgres, .directory(let new)):
            text += "\nThe server needs the sealing key of those before it, too: \(new.sealingKeyPath)"
        case (.directory, .directory), (.postgres, .postgres): break
        }
        try (output.format ?? .text).print(result, text: text)
    }

    /// The summary as JSON.
    private struct Result: Encodable {
        let accounts: Int
        let sessions: Int
        let messages: Int
        let seconds: Double
    }
}

extension StoreLocation {
    /// Opens the store for copying, and keeps servers from a directory until the lock is released.
    /// - Parameter isTarget: of the copy: one into it may be unfinished.
    fileprivate func openContents(isTarget: Bool) async throws -> (any StoreContents, FileLock?) {
        switch self {
        case .directory(let directory):
            let lock = try directory.lockForServing()
            return (try directory.openContents(under: lock, isTarget: isTarget), lock)
        case .postgres(let database):
            return (try await database.openStore(isForCopy: isTarget), nil)
        }
    }
}
