import ArgumentParser
import Foundation
import SQLiteStore

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a backup the database of a data directory that has none.",
        discussion: """
            The backup is checked first. The sealing key, secret.key, is not in it: put it into the directory, too, or name it by \
            UNDERSTUDY_SECRET_KEY.

            Example:
              understudy restore --data-directory data backups/2026-11-25.sqlite
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: "The file that understudy backup wrote.", completion: .file())
    var file: String

    func run() async throws {
        let settings = try Settings(common)
        try settings.requireDirectory(else: "pg_restore restores a PostgreSQL database")
        let backup = DatabaseFile(
            path: try FileArgument.path(file, else: "To restore a PostgreSQL database, use pg_restore.")
        )
        let directory = try settings.dataDirectory()
        StoreLocation.directory(directory).announce()
        try backup.requireDatabase()
        try directory.create()
        let lock = try directory.lockForServing()
        defer { lock.release() }
        try directory.requireNoDatabase()
        try backup.backUp(to: directory.databasePath)
        print("The database is \(directory.databasePath)")
        let isKeyThere = FileManager.default.fileExists(atPath: directory.sealingKeyPath)
        if !isKeyThere, try settings.sealingKey() == nil {
            print("Put the sealing key that belongs to it to \(directory.sealingKeyPath), or set UNDERSTUDY_SECRET_KEY")
        }
    }
}
