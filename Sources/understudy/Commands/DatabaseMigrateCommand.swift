import ArgumentParser

struct DatabaseMigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Make a PostgreSQL database's tables, or bring them to this version's form.",
        discussion: """
            Safe to run again, and by several at once. The server never does it by itself. Servers of the version before may \
            be running; they keep working.

            An upgrade ends with --finish, when all servers run the new version.

            Example:
              understudy database migrate --database-url postgresql://understudy@db.example.com/understudy
            """
    )

    @OptionGroup var common: CommonOptions

    @Flag(help: "Spread the tables over the servers of Citus, too; the URL is the coordinator's.")
    var citus = false

    @Flag(help: "Fill in what servers of earlier versions left empty; none may run any more.")
    var finish = false

    func run() async throws {
        let settings = try Settings(common, [.citus: citus ? true : nil])
        guard let database = try settings.postgresDatabase() else {
            throw UsageError("--database-url is missing: it says which database to migrate")
        }
        StoreLocation.postgres(database).announce()
        let isDistributed = try settings.flag(.citus)
        let isFinished = try await database.migrate(isDistributed: isDistributed, isLast: finish)
        print("The database is of this version\(isDistributed ? ", and distributed" : "")")
        guard !isFinished else { return }
        print("When all servers run this version, finish the upgrade: understudy database migrate --finish")
    }
}
