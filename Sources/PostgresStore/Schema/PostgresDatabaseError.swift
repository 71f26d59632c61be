/// Why a PostgreSQL database is not used.
package enum PostgresDatabaseError: Error, CustomStringConvertible {
    case notMigrated
    case newer
    case unfinishedCopy
    case citusMissing(reason: String)
    /// What is to be read from is no other node of the cluster.
    case readsElsewhere
    case serverTooOld(version: Int, minimum: Int)
    /// Something that runs long has kept the migration from a table.
    case tableInUse
    /// The table of the search index is on one server of Citus alone.
    case searchNotDistributed
    /// The database cannot have every character.
    case notUTF8
    /// Servers of an earlier version are connected.
    case earlierServers(connections: Int)

    package var description: String {
        switch self {
        case .notMigrated:
            "The database has not this version's tables; understudy database migrate makes them"
        case .newer:
            "The database was migrated by a newer version of Understudy; run that version"
        case .unfinishedCopy:
            "A copy into the database was not finished; the same understudy copy goes on with it"
        case .citusMissing(let reason):
            """
            The database is not one of Citus: \(reason). Its servers need shared_preload_libraries = 'citus', and an \
            administrator runs CREATE EXTENSION citus in it
            """
        case .readsElsewhere:
            """
            --database-read-urls must name active primary nodes of the Citus cluster that --database-url names, with current metadata: \
            see pg_dist_node. If shards are being moved, try again when they are; if the database is not distributed, leave the option out
            """
        case .serverTooOld(let version, let minimum):
            "The database is PostgreSQL \(version); \(minimum) or newer is needed"
        case .tableInUse:
            """
            The tables are in use by something that runs long, such as a backup or a check. Wait until it has ended, then run \
            the command again
            """
        case .searchNotDistributed:
            "The table of the search index is not distributed yet. Run `understudy database migrate --citus`, then run the command again"
        case .notUTF8:
            "A search index needs a database whose encoding is UTF8. Copy this one to such a database with `understudy copy`"
        case .earlierServers(let connections):
            """
            Servers of an earlier version are connected to the database (connections: \(connections)). Stop them, then run the \
            command again
            """
        }
    }
}
