package import AssistantsStore
import Foundation
import GRDB
package import PrometheusMetrics

/// The embedded store: one SQLite file in write-ahead-log mode, which several processes may have open.
///
/// GRDB has the connections, the migrations, and every query but the two that each request runs: those go through
/// `readers`.
package struct SQLiteStore: Store {
    let pool: DatabasePool
    let readers: ReaderPool
    /// Those of `scanThreads`.
    let scanReaders: ReaderPool
    let statements: WriteStatements
    let commits: GroupCommit
    let clock: StoreClock
    let pageTimes: Histogram
    let sliceTimes: Histogram
    let scanThreads: ScanThreads
    let header: WALIndexHeader?

    /// Opens the database of `path`, made if it is not there, and brought to this program's schema.
    /// - Parameters:
    ///   - isForCopy: whether a copy into the database may be unfinished.
    ///   - searchThreads: how many threads read for lists with a filter at most.
    ///   - metrics: get the database's figures.
    ///   - willMigrate: called before an older database is migrated, with the path of its backup; throwing leaves the
    ///     database unchanged.
    /// - Throws: `DatabaseFileError`, and what `willMigrate` throws.
    package init(
        path: String,
        isForCopy: Bool = false,
        searchThreads: Int = ScanBudget.threadCount,
        metrics: MetricsRegistry = MetricsRegistry(),
        willMigrate: (_ copy: String) throws -> Void = { _ in }
    ) throws {
        do {
            var limits = StoreLimits()
            limits.scanThreads = searchThreads
            try self.init(
                path: path,
                migrator: Migrations.all,
                limits: limits,
                metrics: metrics,
                willMigrate: willMigrate
            )
            if !isForCopy, try pool.read({ db in try db.unfinishedCopy() }) != nil {
                throw DatabaseFileError.unfinishedCopy(path: path)
            }
        } catch let error as DatabaseError {
            throw DatabaseFile(path: path).failure(error)
        }
    }

    init(
        path: String,
        migrator: DatabaseMigrator,
        clock: StoreClock = .steady(),
        limits: StoreLimits = StoreLimits(),
        metrics: MetricsRegistry = MetricsRegistry(),
        willMigrate: (_ copy: String) throws -> Void = { _ in }
    ) throws {
        self.clock = clock
        let file = DatabaseFile(path: path)
        if try file.state(under: migrator) == .older {
            let copy = try file.putAsideCopy()
            do {
                try willMigrate(copy)
            } catch {
                try? FileManager.default.removeItem(atPath: copy)
                throw error
            }
        }
        try file.createIfMissing()
        var configuration = Self.configuration
        configuration.prepareDatabase { db in
            // Only a new file takes it. A page of long messages is read in half as many pieces as with SQLite's own 4 kB.
            try db.execute(sql: "PRAGMA page_size = 8192")
            try db.execute(sql: "PRAGMA journal_size_limit = \(Self.maximumLogSize)")
            // What is deleted is overwritten. Debian's SQLite does this anyway, others do not.
            try db.execute(sql: "PRAGMA secure_delete = ON")
        }
        pool = try DatabasePool(path: path, configuration: configuration)
        // Opening sets NORMAL, which can lose the last commits when the power fails.
        try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
        try migrator.migrate(pool)
        readers = ReaderPool(path: path, configuration: Self.configuration, limits: limits)
        var scanConfiguration = Self.configuration
        // A search reads some 45 kB of each part of the index. If its cache holds less than all of them, it holds none of them for long.
        scanConfiguration.prepareDatabase { db in try db.execute(sql: "PRAGMA cache_size = -16384") }
        scanReaders = ReaderPool(path: path, configuration: scanConfiguration, limits: limits)
        metrics.gauge("understudy_write_ahead_log_bytes", "Size of SQLite's write-ahead log.") {
            Double(Self.logSize(of: path))
        }
        let statements = try pool.writeWithoutTransaction { db in
            try WriteStatements(db, clock: clock, limits: limits)
        }
        self.statements = statements
        commits = GroupCommit(pool: pool, statements: statements, metrics: metrics)
        pageTimes = metrics.histogram(
            "understudy_page_read_seconds",
            "How long the database took for a page of messages: the session's version, and what was not at hand."
        )
        sliceTimes = metrics.histogram(
            "understudy_slice_read_seconds",
            "Time to read one slice of messages or sessions for a list with a filter."
        )
        scanThreads = ScanThreads(count: limits.scanThreads)
        header = try pool.writeWithoutTransaction { db in
            // The memory is there from the first reading on.
            _ = try Int.fetchOne(db, sql: "SELECT 1 FROM setting LIMIT 1")
            return db.sqliteConnection.flatMap { WALIndexHeader(of: $0) }
        }
    }

    package var hasOneWriter: Bool { true }

    package var state: StoreState? { header?.state }

    static var configuration: Configuration {
        var configuration = Configuration()
        // Short naps of one length: SQLite's own time-out sleeps ever longer, and so misses the gaps that a writer
        // with much to store leaves between its transactions.
        configuration.busyMode = .callback { tries in
            usleep(1_000)
            return tries < 5_000
        }
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase(RowChecksum.addFunction)
        return configuration
    }
}

/// Sizes that decide how something is stored or read, and never what is read.
struct StoreLimits {
    /// How many sessions may be unsettled (decision 37).
    var unsettledSessions = 8_192
    /// How many messages a part of the search index has before the next one is begun: it bounds what has to be written again to remove one.
    var messagesInSearchPart = 250_000
    /// In a session of no more messages, a search compares all texts: that takes a millisecond, whatever its words.
    var messagesWithoutSearchIndex = 200
    /// How many threads read for lists with a filter at most.
    var scanThreads = ScanBudget.threadCount
}
