import ArgumentParser
import SQLiteStore

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write the database of a data directory into a file.",
        discussion: """
            A server may be running, and go on writing: the file has everything that was acknowledged before the backup began. \
            It is checked before it gets its name. The sealing key, secret.key, is not in it; keep that apart from it.

            PostgreSQL has tools of its own for this, like pg_dump.

            Example:
              understudy backup --data-directory data backups/2026-11-25.sqlite
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: "The file, which must not be there yet.", completion: .file())
    var file: String

    func run() async throws {
        let settings = try Settings(common)
        try settings.requireDirectory(else: "pg_dump backs up a PostgreSQL database")
        guard file != "-" else {
            throw UsageError("FILE must be a file: a backup cannot be written to standard output.")
        }
        let backup = DatabaseFile(
            path: try FileArgument.path(file, else: "To back up a PostgreSQL database, use pg_dump.")
        )
        let directory = try settings.dataDirectory()
        StoreLocation.directory(directory).announce()
        try directory.requireDatabase()
        try DatabaseFile(path: directory.databasePath).backUp(to: backup.path)
        let key =
            try settings.sealingKey() == nil ? directory.sealingKeyPath : "the value of UNDERSTUDY_SECRET_KEY"
        print("Backed up to \(file). The encryption key is not in it: keep a copy of \(key) in another place.")
    }
}
