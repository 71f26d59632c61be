import ArgumentParser
import Foundation
import SQLiteStore

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read all of a database, and say what is wrong with it.",
        discussion: """
            Looks for damage in the file, for messages without a session and out of their places, for content that is no JSON, \
            for turns and webhooks that cannot be read, and for messages that \
            the search index lacks. Nothing is changed, and a server may be running. Exit code 1 where anything is wrong.

            With --database-url, checks the rows of a PostgreSQL database: messages without a session, lost messages, positions, \
            keys, ids, roles, times, JSON, and messages that the search index lacks. It reads one snapshot of all tables, and names rows by their ids. Damage of PostgreSQL's \
            own files is found by data checksums and amcheck.

            Example:
              understudy check --data-directory data
              understudy check backups/2026-11-25.sqlite
              understudy check --database-url postgresql://understudy@db.example.com/understudy
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: FormatOption

    @Flag(help: "Also compare every word of the search index with the messages. Takes minutes for a million messages.")
    var deep = false

    @Argument(help: "The file; the default is the data directory's database.", completion: .file())
    var file: String?

    func run() async throws {
        let settings = try Settings(common, [.format: output.format?.rawValue])
        let format = try settings.format()
        if let file {
            guard common.databaseURL == nil else {
                throw UsageError("FILE and --database-url name two databases. Leave one out.")
            }
            guard common.dataDirectory == nil else {
                throw UsageError("FILE and --data-directory name two databases. Leave one out.")
            }
            let file = try FileArgument.path(file, else: "Name a PostgreSQL database with --database-url.")
            var status = stat()
            if stat(file, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
                throw UsageError("\(file) is a directory. Check it with `understudy check --data-directory \(file)`.")
            }
            try report(problems(of: file), of: file, format)
            return
        }
        let location = try settings.storeLocation()
        location.announce()
        switch location {
        case .postgres(let database):
            // Not by its URL, which may have a password.
            try report(await database.problems(isDeep: deep), of: nil, format)
        case .directory(let directory):
            try directory.requireDatabase()
            try report(problems(of: directory.databasePath), of: directory.databasePath, format)
        }
    }

    private func problems(of path: String) throws -> [String] {
        try DatabaseFile(path: path).problems(isDeep: deep)
    }

    private func report(_ problems: [String], of path: String?, _ format: OutputFormat) throws {
        let name = path ?? "The PostgreSQL database"
        let verdict = problems.isEmpty ? "\(name) is whole" : "\(name) is damaged:"
        try format.print(
            Result(path: path, problems: problems),
            text: ([verdict] + problems).joined(separator: "\n")
        )
        if !problems.isEmpty { throw ExitCode.failure }
    }

    /// The verdict as JSON.
    private struct Result: Encodable {
        /// `nil` for PostgreSQL.
        let path: String?
        let problems: [String]
    }
}
