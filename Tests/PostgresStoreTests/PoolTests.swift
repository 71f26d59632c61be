import CLibpq
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import PostgresStore

@Suite("Connections to PostgreSQL")
struct PoolTests {
    private let database: TestDatabase

    init() throws {
        database = try TestDatabase()
    }

    /// Runs `body` with a pool that is closed behind it.
    private func withPool(size: Int, _ body: (PostgresPool) async throws -> Void) async throws {
        let pool = PostgresPool(url: database.url, size: size)
        do {
            try await body(pool)
        } catch {
            await pool.close()
            throw error
        }
        await pool.close()
    }

    /// Keeps a connection busy until the database's advisory lock of this number is free.
    private func wait(for lock: Int, on pool: PostgresPool) async throws {
        try await pool.run { connection in _ = try connection.run("SELECT pg_advisory_lock($1::bigint)", [lock]) }
    }

    /// How many statements that hold `text` run or wait for a lock on the database.
    private func count(_ text: String, _ connection: inout PostgresConnection) throws -> Int64 {
        let rows = try connection.run(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND state = 'active' AND query LIKE '%' || $1 || '%' AND pid <> pg_backend_pid()
            """,
            [text]
        )
        return rows.integer(0, 0)
    }

    @Sendable private func seven(_ connection: inout PostgresConnection) throws -> Int64 {
        try connection.run("SELECT 7").integer(0, 0)
    }

    @Test("queries that wait together are answered each with its own rows, whichever of them fail")
    func pipeline() async throws {
        try await withPool(size: 1) { pool in
            async let busy: Void = pool.run { connection in _ = try connection.run("SELECT pg_sleep(0.3)") }
            let results = await withTaskGroup(of: (Int, Int64?).self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let rows = try? await pool.query("SELECT 100 / ($1::bigint % 10)", [number])
                        return (number, rows?.result.integer(0, 0))
                    }
                }
                return await group.reduce(into: [Int: Int64]()) { $0[$1.0] = $1.1 }
            }
            try await busy
            for number in 0..<100 {
                #expect(results[number] == (number % 10 == 0 ? nil : Int64(100 / (number % 10))), "\(number)")
            }
        }
    }

    @Test(
        "queries that wait together are answered where their connection was lost, and fail at once where none is to be had",
        arguments: [true, false]
    )
    func pipelineWithoutConnection(isThereAnother: Bool) async throws {
        try await withPool(size: 1) { pool in
            let database = database
            let busy = Task {
                try await pool.run { connection in
                    let pid = try connection.run("SELECT pg_backend_pid()").integer(0, 0)
                    var other = try PostgresConnection(url: database.url)
                    if !isThereAnother { try database.refuseConnections() }
                    _ = try other.run("SELECT pg_terminate_backend($1::integer)", [pid])
                    while try other.run("SELECT FROM pg_stat_activity WHERE pid = $1::integer", [pid]).count > 0 {}
                    Thread.sleep(forTimeInterval: 0.3)
                }
            }
            try await Task.sleep(for: .milliseconds(100))
            let queries = (0..<40).map { _ in Task { try await pool.query("SELECT 7", []).result.integer(0, 0) } }
            try await busy.value
            for query in queries {
                switch await query.result {
                case .success(let value): #expect(isThereAnother && value == 7)
                case .failure(let error): #expect(!isThereAnother && error is PostgresError)
                }
            }
        }
    }

    @Test("a connection has the server forget the statements that it has not used for longest")
    func forgetsStatements() throws {
        var connection = try PostgresConnection(url: database.url)
        let often = "SELECT -1::bigint"
        for number in 0..<2 * PreparedStatements.maximumCount {
            let value = try connection.run("SELECT \(number)::bigint").integer(0, 0)
            let other = try connection.run(often).integer(0, 0)
            #expect(value == number && other == -1)
        }
        let count = try preparedStatements(&connection)
        #expect(count == PreparedStatements.maximumCount)
        let oftenCount = try connection.run(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement = $1 AND generic_plans + custom_plans > 1",
            [often]
        ).integer(0, 0)
        #expect(oftenCount == 1)
        // One that was forgotten is prepared again.
        let again = try connection.run("SELECT 0::bigint").integer(0, 0)
        #expect(again == 0)
    }

    @Test("a connection stays usable when the server refuses to forget or to prepare a statement")
    func refusedStatements() throws {
        var connection = try PostgresConnection(url: database.url)
        for number in 0..<PreparedStatements.maximumCount { _ = try connection.run("SELECT \(number)") }
        for _ in 1...3 {
            #expect(throws: PostgresError.self) { _ = try connection.run("SELECT no_such_column") }
            #expect(throws: PostgresError.self) {
                try connection.transaction { connection in
                    try? connection.execute("SELECT 1 / 0")
                    // In a transaction that has failed, nothing can be deallocated.
                    _ = try connection.run("SELECT 'new'")
                }
            }
        }
        for number in 0..<PreparedStatements.maximumCount { _ = try connection.run("SELECT \(number)") }
        let count = try preparedStatements(&connection)
        #expect(count == PreparedStatements.maximumCount)
    }

    @Test("queries that wait together are answered while the server forgets others' statements")
    func forgetsStatementsOfPipelines() async throws {
        try await withPool(size: 1) { pool in
            for round in 0..<3 {
                async let busy: Void = pool.run { connection in _ = try connection.run("SELECT pg_sleep(0.2)") }
                try await Task.sleep(for: .milliseconds(50))
                try await withThrowingTaskGroup { group in
                    for number in 0..<PreparedStatements.maximumCount {
                        group.addTask {
                            let rows = try await pool.query("SELECT \(number)::bigint + \(round)", [])
                            #expect(rows.result.integer(0, 0) == Int64(number + round))
                        }
                    }
                    try await group.waitForAll()
                }
                try await busy
            }
            let count = try await pool.run(preparedStatements)
            #expect(count == PreparedStatements.maximumCount)
        }
        #expect(PreparedStatements.maximumCount > PostgresPool.maximumPipeline)
    }

    /// How many statements the server has prepared for the connection, this one included.
    @Sendable private func preparedStatements(_ connection: inout PostgresConnection) throws -> Int64 {
        try connection.run("SELECT count(*) FROM pg_prepared_statements").integer(0, 0)
    }

    @Test("a transaction that loses against others is tried again after longer and longer delays, and blocks nobody")
    func backsOff() async throws {
        try await withPool(size: 1) { pool in
            let attempts = Mutex<[ContinuousClock.Instant]>([])
            let losing = Task<Void, any Error> {
                try await pool.transaction { (_: inout PostgresConnection) throws -> Void in
                    attempts.withLock { $0.append(.now) }
                    throw PostgresError(sqlState: "40001", message: "could not serialize access")
                }
            }
            // The only connection is free between the attempts.
            var answered = 0
            while attempts.withLock(\.count) < PostgresPool.maximumAttempts {
                let value = try await pool.run(seven)
                #expect(value == 7)
                answered += 1
            }
            #expect(answered > PostgresPool.maximumAttempts)
            await #expect(throws: PostgresError.self) { try await losing.value }
            let times = attempts.withLock(\.self)
            #expect(times.count == PostgresPool.maximumAttempts)
            for (attempt, (earlier, later)) in zip(times, times.dropFirst()).enumerated() {
                #expect(earlier.duration(to: later) >= .milliseconds(min(5 << attempt, 250)), "\(attempt)")
            }
        }
    }

    @Test("the delays before a transaction is tried again differ")
    func jitter() {
        #expect(Set((1...20).map { _ in PostgresPool.retryDelay(after: 1) }).count > 1)
    }

    @Test("transactions that deadlock both succeed")
    func deadlock() async throws {
        try await withPool(size: 2) { pool in
            try await pool.run { connection in
                try connection.execute("CREATE TABLE t (n integer); INSERT INTO t VALUES (1), (2)")
            }
            try await withThrowingTaskGroup { group in
                for order in [[1, 2], [2, 1]] {
                    group.addTask {
                        try await pool.transaction { connection in
                            _ = try connection.run("UPDATE t SET n = n WHERE n = $1::integer", [order[0]])
                            _ = try connection.run("SELECT pg_sleep(0.1)")
                            _ = try connection.run("UPDATE t SET n = n WHERE n = $1::integer", [order[1]])
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("a connection notices within seconds that its server went without a word, unless its URL says otherwise")
    func noticesSilence() throws {
        func option(_ connection: borrowing PostgresConnection, _ level: Int32, _ name: Int32) -> Int32 {
            var (value, length) = (Int32(-1), socklen_t(4))
            getsockopt(PQsocket(connection.handle), level, name, &value, &length)
            return value
        }
        let connection = try PostgresConnection(url: database.url)
        #expect(option(connection, SOL_SOCKET, SO_KEEPALIVE) == 1)
        let tcp = Int32(IPPROTO_TCP)
        let options = [TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT].map { option(connection, tcp, $0) }
        #expect(options == [10, 5, 3, 10_000])
        let separator = database.url.contains("?") ? "&" : "?"
        let own = try PostgresConnection(url: database.url + separator + "tcp_user_timeout=77000&keepalives_idle=7")
        let ownOptions = [TCP_KEEPIDLE, TCP_USER_TIMEOUT].map { option(own, tcp, $0) }
        #expect(ownOptions == [7, 77_000])
    }

    @Test("a connection that was lost since its last use is made anew, and nobody notices")
    func reconnects() async throws {
        try await withPool(size: 1) { pool in
            for round in 1...3 {
                let pid = try await pool.run { connection in
                    try connection.run("SELECT pg_backend_pid()").integer(0, 0)
                }
                var other = try PostgresConnection(url: database.url)
                _ = try other.run("SELECT pg_terminate_backend($1::integer)", [pid])
                while try other.run("SELECT FROM pg_stat_activity WHERE pid = $1::integer", [pid]).count > 0 {}
                switch round {
                case 1: #expect(try await pool.query("SELECT 7", []).result.integer(0, 0) == 7)
                case 2: #expect(try await pool.run(seven) == 7)
                default: #expect(try await pool.transaction(seven) == 7)
                }
            }
        }
    }

    @Test("a transaction whose connection is killed fails, and nothing of it is stored")
    func killedInTransaction() async throws {
        try await withPool(size: 1) { pool in
            try await pool.run { connection in try connection.execute("CREATE TABLE t (n integer)") }
            let url = database.url
            await #expect(throws: PostgresError.self) {
                try await pool.transaction { connection in
                    _ = try connection.run("INSERT INTO t VALUES (1)")
                    let pid = try connection.run("SELECT pg_backend_pid()").integer(0, 0)
                    var other = try PostgresConnection(url: url)
                    _ = try other.run("SELECT pg_terminate_backend($1::integer)", [pid])
                    _ = try connection.run("INSERT INTO t VALUES (2)")
                }
            }
            #expect(try await pool.query("SELECT count(*) FROM t", []).result.integer(0, 0) == 0)
        }
    }

    @Test("who gives up a statement that runs has the server give it up, and the connection goes on")
    func cancelsRunning() async throws {
        try await withPool(size: 1) { pool in
            var holder = try PostgresConnection(url: database.url)
            _ = try holder.run("SELECT pg_advisory_lock(1)")
            let waiting = Task { try await wait(for: 1, on: pool) }
            while try count("pg_advisory_lock", &holder) == 0 { try await Task.sleep(for: .milliseconds(5)) }
            waiting.cancel()
            await #expect(throws: PostgresError.self) { try await waiting.value }
            // Nothing that comes next is given up in its place.
            for _ in 1...100 { #expect(try await pool.query("SELECT 7", []).result.integer(0, 0) == 7) }
            let left = try count("pg_advisory_lock", &holder)
            #expect(left == 0)
        }
    }

    @Test("a transaction that has begun is not given up, for it may be done all the same")
    func finishesTransactions() async throws {
        try await withPool(size: 1) { pool in
            try await pool.run { connection in try connection.execute("CREATE TABLE t (n integer)") }
            var holder = try PostgresConnection(url: database.url)
            _ = try holder.run("SELECT pg_advisory_lock(1)")
            let writing = Task {
                try await pool.transaction { connection in
                    _ = try connection.run("INSERT INTO t SELECT 1 FROM pg_advisory_xact_lock(1)")
                }
            }
            while try count("pg_advisory_xact_lock", &holder) == 0 { try await Task.sleep(for: .milliseconds(5)) }
            writing.cancel()
            try await Task.sleep(for: .milliseconds(50))
            _ = try holder.run("SELECT pg_advisory_unlock(1)")
            try await writing.value
            #expect(try await pool.query("SELECT count(*) FROM t", []).result.integer(0, 0) == 1)
        }
    }

    @Test("who gives up work that waits for a connection is told at once")
    func cancelsWaiting() async throws {
        try await withPool(size: 1) { pool in
            var holder = try PostgresConnection(url: database.url)
            _ = try holder.run("SELECT pg_advisory_lock(1)")
            let running = Task { try await wait(for: 1, on: pool) }
            while try count("pg_advisory_lock", &holder) == 0 { try await Task.sleep(for: .milliseconds(5)) }
            let job = Task {
                try await pool.run { connection in try connection.execute("CREATE TABLE never (n integer)") }
            }
            let query = Task { _ = try await pool.query("SELECT 1", []) }
            for task in [job, query] {
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
            _ = try holder.run("SELECT pg_advisory_unlock(1)")
            try await running.value
            let table = try await pool.query("SELECT to_regclass('never') IS NULL", [])
            let isAway = table.result.bool(0, 0)
            #expect(isAway)
        }
    }

    @Test("a pool that is closed does what waits, ends its connections and takes nothing more")
    func drains() async throws {
        let pool = PostgresPool(url: database.url, size: 2)
        try await pool.run { connection in try connection.execute("CREATE TABLE t (n integer)") }
        let writes = (1...20).map { (number: Int) in
            Task {
                try await pool.transaction { connection in
                    _ = try connection.run("INSERT INTO t SELECT $1::integer FROM pg_sleep(0.02)", [number])
                }
            }
        }
        try await Task.sleep(for: .milliseconds(50))
        await pool.close()
        for write in writes { try await write.value }
        await #expect(throws: PostgresError.self) { try await pool.query("SELECT 1", []) }
        var other = try PostgresConnection(url: database.url)
        let stored = try other.run("SELECT count(*) FROM t").integer(0, 0)
        #expect(stored == 20)
        let left =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        let deadline = ContinuousClock.now + .seconds(5)
        while try other.run(left).integer(0, 0) > 0 {
            try #require(.now < deadline)
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test("the statements of a query run in order on one connection, also beside others, and fail together and alone")
    func severalStatements() async throws {
        try await withPool(size: 2) { pool in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let divisor = number % 10
                        let statements = [
                            PostgresStatement("SELECT pg_backend_pid()", []),
                            PostgresStatement("SELECT 100 / $1::bigint", [divisor]),
                            PostgresStatement("SELECT pg_backend_pid()", []),
                        ]
                        if divisor == 0 {
                            await #expect(throws: PostgresError.self) { try await pool.queries(statements) }
                        } else {
                            let results = try await pool.queries(statements)
                            try #require(results.count == 3)
                            #expect(results[0].result.integer(0, 0) == results[2].result.integer(0, 0))
                            #expect(results[1].result.integer(0, 0) == 100 / Int64(divisor))
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
