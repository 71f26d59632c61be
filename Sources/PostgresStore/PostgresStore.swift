package import AssistantsStore
import Foundation
package import PrometheusMetrics
import ServiceLifecycle

/// The store for more than one machine: a PostgreSQL database, which several servers may use at once.
package struct PostgresStore: Store {
    /// For the queries that every request runs, so that these never wait for writers. A processor can be kept busy by one
    /// or two, for queries that come together are sent together.
    private let readers: PostgresPool
    /// For pages, where they are read from nodes of Citus.
    private let nodeReaders: [PostgresPool]
    /// Where each of them is stored.
    var nodes: ShardNodes?
    /// For slices that are examined for lists with a filter, so that pages do not wait for these.
    let scanners: PostgresPool
    /// For everything else.
    let pool: PostgresPool
    let pageTimes: Histogram
    let sliceTimes: Histogram
    private let transactionTimes: Histogram

    /// - Parameters:
    ///   - url: what libpq takes: `postgresql://user@host/database`.
    ///   - readURLs: nodes of the same Citus cluster, to read pages from. None where `url` serves them.
    ///   - connections: how many there are at most, beside those for pages, credentials, and lists with a filter.
    ///   - searchConnections: how many there are at most for lists with a filter.
    ///   - isForCopy: whether a copy into the database may be unfinished.
    ///   - metrics: get the database's figures.
    /// - Throws: `PostgresDatabaseError`, `StoreError` where the database cannot be reached.
    package init(
        url: String,
        readURLs: [String] = [],
        connections: Int = 8,
        searchConnections: Int = ScanBudget.threadCount,
        isForCopy: Bool = false,
        metrics: MetricsRegistry = MetricsRegistry()
    ) async throws {
        let size = min(ProcessInfo.processInfo.activeProcessorCount + 1, 8)
        readers = PostgresPool(url: url, size: size)
        nodeReaders = readURLs.map { PostgresPool(url: $0, size: size, isPrimaryNeeded: true) }
        scanners = PostgresPool(url: url, size: searchConnections)
        pool = PostgresPool(url: url, size: connections)
        pageTimes = metrics.histogram(
            "understudy_page_read_seconds",
            "How long the database took for a page of messages: the session's version, and what was not at hand."
        )
        sliceTimes = metrics.histogram(
            "understudy_slice_read_seconds",
            "Time to read one slice of messages or sessions for a list with a filter."
        )
        transactionTimes = metrics.histogram(
            "understudy_transaction_seconds",
            "How long a transaction took that writes, with the wait for a connection."
        )
        for (name, pools) in [
            ("reading", nodeReaders + [readers]), ("scanning", [scanners]), ("everything else", [pool]),
        ] {
            let waiting: [@Sendable () -> Int] = pools.map { pool in { [weak pool] in pool?.waitingCount ?? 0 } }
            metrics.gauge(
                "understudy_database_work_waiting",
                "How much waits for a connection to the database.",
                labels: ["connections": name]
            ) { Double(waiting.reduce(0) { $0 + $1() }) }
        }
        do {
            try await pool.run { connection in try Migrator().check(&connection) }
            if !readURLs.isEmpty { nodes = try await shardNodes() }
            if !isForCopy, try await unfinishedCopy() != nil { throw PostgresDatabaseError.unfinishedCopy }
        } catch {
            await close()
            throw error is PostgresDatabaseError ? error : StoreError(error)
        }
    }

    /// Whether libpq takes a URL for what its author meant: not if it has a password that is not percent-encoded.
    package static func isValid(url: String) -> Bool { PostgresURL.isValid(url) }

    /// What people need to know to tell databases apart: the database and its host, never the password.
    package static func summary(ofURL url: String) -> String { PostgresURL.summary(of: url) }

    /// Brings a database to this program's schema, safe to run again and by several at once. Servers of the version before
    /// keep working meanwhile.
    /// - Parameters:
    ///   - isDistributed: whether the tables are to be spread over the servers of Citus.
    ///   - isLast: whether no server of an earlier version runs any more, so that what these leave empty can be filled.
    /// - Returns: whether nothing is left to be filled.
    /// - Throws: `PostgresDatabaseError`, `StoreError` where the database cannot be reached.
    @discardableResult
    package static func migrate(url: String, isDistributed: Bool = false, isLast: Bool = false) async throws -> Bool {
        let pool = PostgresPool(url: url, size: 1)
        do {
            let isFinished = try await pool.run { connection in
                let migrator = Migrator()
                try migrator.migrate(&connection)
                if isDistributed { try migrator.distribute(&connection) }
                if isLast { try migrator.finish(&connection) }
                return try Migrator.unfinished(&connection).isEmpty
            }
            await pool.close()
            return isFinished
        } catch {
            await pool.close()
            throw error is PostgresDatabaseError ? error : StoreError(error)
        }
    }

    /// Takes no more work, and ends the connections when what is under way is done.
    package func close() async {
        for pool in nodeReaders + [readers, scanners, pool] { await pool.close() }
    }

    // MARK: Page tokens

    package func pageTokenKey() async throws(StoreError) -> [UInt8] {
        try await read { connection in
            let row = try connection.run("SELECT value FROM setting WHERE name = 'page_token_key'")
            guard row.count == 1, case let key = row.array(0, 0), key.count == 32 else {
                throw PostgresError(sqlState: "XX001", message: "the page token key is missing")
            }
            return key
        }
    }

    // MARK: Size

    package func databaseSize() async throws(StoreError) -> Int {
        try await read { connection in
            Int(try connection.run("SELECT pg_database_size(current_database())").integer(0, 0))
        }
    }

    // MARK: Running

    /// Runs one of the queries that every request runs.
    func query(_ sql: String, _ parameters: [(any PostgresValue)?]) async throws(StoreError) -> PostgresRows {
        try await query(sql, parameters, on: readers)
    }

    /// The same on certain connections.
    func query(
        _ sql: String,
        _ parameters: [(any PostgresValue)?],
        on readers: PostgresPool
    ) async throws(StoreError) -> PostgresRows {
        do {
            return try await readers.query(sql, parameters)
        } catch {
            throw StoreError(error)
        }
    }

    /// Runs several, one after the other on one connection.
    func queries(_ statements: [PostgresStatement], on readers: PostgresPool) async throws(StoreError) -> [PostgresRows]
    {
        do {
            return try await readers.queries(statements)
        } catch {
            throw StoreError(error)
        }
    }

    /// The connections that pages of a session are read on.
    /// - Returns: also whether they lead to the node of Citus that stores the session.
    func readers(of session: SessionKey) -> (pool: PostgresPool, isNode: Bool) {
        if let pool = nodes?.pool(for: session) { (pool, true) } else { (readers, false) }
    }

    /// Finds out which of the nodes stores what.
    /// - Throws: `PostgresDatabaseError.readsElsewhere` where one is not of the cluster that `pool` leads to, or not up to date.
    private func shardNodes() async throws -> ShardNodes {
        let (shards, current) = try await pool.run { connection in
            (try Distribution.shards(&connection).shards, try Distribution.currentNodes(&connection))
        }
        var pools: [Int64: PostgresPool] = [:]
        for reader in nodeReaders {
            let (known, node) = try await reader.run { connection in try Distribution.shards(&connection) }
            guard !known.isEmpty, known == shards, current.contains(node) else {
                throw PostgresDatabaseError.readsElsewhere
            }
            pools[node] = reader
        }
        return ShardNodes(shards, pools: pools)
    }

    /// Runs `body` on a connection, each statement of which sees what was committed before it.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (inout PostgresConnection) throws -> Value
    ) async throws(StoreError) -> Value {
        try await read(on: pool, body)
    }

    /// The same on certain connections.
    private func read<Value: Sendable>(
        on pool: PostgresPool,
        _ body: @escaping @Sendable (inout PostgresConnection) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await pool.run(body)
        } catch {
            throw StoreError(error)
        }
    }

    /// Runs `body` on a connection, all statements of which see one state of the database.
    /// - Parameter pool: has the connection; `nil` for the one for everything.
    func readOneState<Value: Sendable>(
        on pool: PostgresPool? = nil,
        _ body: @escaping @Sendable (inout PostgresConnection) throws -> Value
    ) async throws(StoreError) -> Value {
        try await read(on: pool ?? self.pool) { connection in try connection.transaction(isolation: .oneState, body) }
    }

    /// Runs `body` in a transaction; what it did is undone where it throws.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (inout PostgresConnection) throws -> Value
    ) async throws(StoreError) -> Value {
        let start = ContinuousClock.now
        defer { transactionTimes.record(start.duration(to: .now)) }
        do {
            return try await pool.transaction(body)
        } catch {
            throw StoreError(error)
        }
    }
}

extension StoreError {
    /// Sorts what PostgreSQL and libpq said.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as PostgresError where error.isUnavailable: self = .unavailable(error)
        case let error as CancellationError: self = .unavailable(error)
        default: self = .fault(error)
        }
    }
}

extension PostgresStore: Service {
    /// Runs until the server stops, then does what is under way and ends the connections.
    package func run() async throws {
        try? await gracefulShutdown()
        await close()
    }
}
