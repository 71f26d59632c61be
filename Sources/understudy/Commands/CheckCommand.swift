import ArgumentParser
import SQLiteStore

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read all of a database, and say what is wrong with it.",
        discussion: """
            Looks for damage in the file, for messages without a session and out of their places, for content that is no JSON, \
            and for turns and webhooks that cannot be read. Nothing is changed, and a server may be running. Exit code 1 where anything is wrong.

            Example:
              understudy check --data-directory data
              understudy check backups/2026-11-25.sqlite
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: FormatOption

    @Argument(help: "The file; the default is the data directory's database.", completion: .file())
    var file: String?

    func run() async throws {
        let settings = try await Settings(common, texts: ["format": output.format?.rawValue])
        let format = try await settings.format()
        let path: String
        if let file {
            path = file
        } else {
            try await settings.requireDirectory(else: "PostgreSQL's amcheck checks its files")
            let directory = try await settings.dataDirectory()
            try directory.requireDatabase()
            path = directory.databasePath
        }
        let problems = try DatabaseFile(path: path).problems()
        let verdict = problems.isEmpty ? "\(path) is whole" : "\(path) is damaged:"
        try format.print(
            Result(path: path, problems: problems),
            text: ([verdict] + problems).joined(separator: "\n")
        )
        if !problems.isEmpty { throw ExitCode.failure }
    }

    /// The verdict as JSON.
    private struct Result: Encodable {
        let path: String
        let problems: [String]
    }
}
