import CLibpq
import Foundation

/// A connection to PostgreSQL. Its calls block, so it lives on a thread of its own.
struct PostgresConnection: ~Copyable {
    /// What holds where the URL does not say otherwise.
    private static let defaults = [
        ("application_name", Migrator.applicationName),
        // In seconds.
        ("connect_timeout", "5"),
        ("options", "-c statement_timeout=30s"),
        // A server that goes without a word, its machine's power or network cut, is noticed within about 25 s where an
        // answer is waited for, and within 10 s (in milliseconds) where it is sent something.
        ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
        ("tcp_user_timeout", "10000"),
    ]

    let handle: OpaquePointer
    /// Has the server give up what this connection is doing.
    let canceler: PostgresCanceler
    /// Whether a statement has been answered since this was last set to `false`. Before the first answer nothing is done:
    /// whatever changes something comes behind a BEGIN.
    var hasAnswered = false
    /// Whether the server may still be told to give up what the connection does, which must then be nothing new.
    var isSpent = false
    /// The statements that the server knows.
    private var statements = PreparedStatements()

    /// - Parameters:
    ///   - url: what libpq takes: `postgresql://user:password@host/database?sslmode=require`.
    ///   - isPrimaryNeeded: whether a replica is refused, unless the URL says otherwise. It costs no round trip.
    init(url: String, isPrimaryNeeded: Bool = false) throws(PostgresError) {
        guard PostgresURL.isValid(url) else { throw PostgresError(message: PostgresURL.problem) }
        // The URL takes the place of what comes before it.
        guard
            let handle = Self.connect(
                Self.defaults + [("target_session_attrs", isPrimaryNeeded ? "primary" : "any"), ("dbname", url)]
            )
        else {
            throw PostgresError(message: "out of memory")
        }
        guard PQstatus(handle) == CONNECTION_OK, let canceler = PostgresCanceler(handle) else {
            let message = Self.message(of: handle)
            PQfinish(handle)
            throw PostgresError(message: message)
        }
        // What the server notes by the way ("relation exists already") is for nobody here.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        self.handle = handle
        self.canceler = canceler
    }

    deinit {
        PQfinish(handle)
    }

    /// Whether the connection can be used for something new, by what is known without looking.
    var isUsable: Bool {
        !isSpent && PQstatus(handle) == CONNECTION_OK && PQpipelineStatus(handle) == PQ_PIPELINE_OFF
            && PQtransactionStatus(handle) == PQTRANS_IDLE
    }

    /// Whether the server is still there, as far as can be told without asking it: two system calls.
    var isAlive: Bool {
        let handle = handle
        // A server that ends a connection says why first: the end is found behind that.
        return PQconsumeInput(handle) == 1 && PQconsumeInput(handle) == 1 && isUsable
    }

    /// Of the server: 150018 is 15.18.
    var serverVersion: Int { Int(PQserverVersion(handle)) }

    /// Runs statements that take no values and give no rows, separated by semicolons.
    mutating func execute(_ sql: String) throws(PostgresError) {
        _ = try checked(PQexec(handle, sql))
    }

    /// Runs one statement, which the server parses and plans the first time.
    mutating func run(_ sql: String, _ parameters: [(any PostgresValue)?] = []) throws(PostgresError) -> PostgresResult
    {
        try run(sql, PostgresParameters(parameters))
    }

    mutating func run(_ sql: String, _ parameters: PostgresParameters) throws(PostgresError) -> PostgresResult {
        let name = try prepare(sql)
        let handle = handle
        return try checked(
            parameters.withAddresses { addresses in
                PQexecPrepared(handle, name, parameters.count, addresses, parameters.lengths, parameters.formats, 1)
            }
        )
    }

    /// How much of what others commit meanwhile a transaction sees.
    enum Isolation: String {
        /// Each statement sees what was committed before it.
        case readCommitted = "BEGIN"
        /// All of them see one state, and write nothing.
        case oneState = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    }

    /// Runs `body` in a transaction, and undoes what it did where it throws.
    mutating func transaction<Value>(
        isolation: Isolation = .readCommitted,
        _ body: (inout PostgresConnection) throws -> Value
    ) throws -> Value {
        try execute(isolation.rawValue)
        let value: Value
        do {
            value = try body(&self)
        } catch {
            // Where the connection is gone, so is the transaction.
            try? execute("ROLLBACK")
            throw error
        }
        try execute("COMMIT")
        return value
    }

    /// Prepares a statement, unless the server knows it. May have the server forget another one, but none of the last
    /// `PreparedStatements.maximumCount - 1` that were prepared or used. Not to be called within a pipeline.
    /// - Returns: the name that the server knows the statement by.
    mutating func prepare(_ sql: String) throws(PostgresError) -> String {
        if let name = statements.use(sql) { return name }
        if let (oldest, name) = statements.evictable {
            try execute("DEALLOCATE \(name)")
            statements.remove(oldest)
        }
        let name = statements.nextName()
        _ = try checked(PQprepare(handle, name, sql, 0, nil))
        statements.insert(sql, as: name)
        return name
    }

    /// - Parameter result: libpq's, which this takes over.
    /// - Throws: what the result says went wrong.
    mutating func checked(_ result: OpaquePointer?) throws(PostgresError) -> PostgresResult {
        let handle = handle
        guard let result else { throw failure }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
            hasAnswered = true
            return PostgresResult(result)
        default:
            defer { PQclear(result) }
            throw PostgresError(
                sqlState: PQresultErrorField(result, Int32(UInt8(ascii: "C"))).map { String(cString: $0) },
                message: PQresultErrorField(result, Int32(UInt8(ascii: "M"))).map { String(cString: $0) }
                    ?? Self.message(of: handle)
            )
        }
    }

    private static func connect(_ parameters: [(keyword: String, value: String)]) -> OpaquePointer? {
        var keywords: [UnsafePointer<CChar>?] = parameters.map { UnsafePointer(strdup($0.keyword)) } + [nil]
        var values: [UnsafePointer<CChar>?] = parameters.map { UnsafePointer(strdup($0.value)) } + [nil]
        defer { for text in keywords + values { free(UnsafeMutablePointer(mutating: text)) } }
        return PQconnectdbParams(&keywords, &values, 1)
    }

    /// What libpq says of the last call that failed.
    var failure: PostgresError {
        let handle = handle
        return PostgresError(message: Self.message(of: handle))
    }

    /// On one line, without libpq's questions ("Is the server running…?"), which follow the reason on lines with a tab.
    private static func message(of handle: OpaquePointer) -> String {
        String(cString: PQerrorMessage(handle)).split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("\t") }
            .joined(separator: "; ")
    }
}
