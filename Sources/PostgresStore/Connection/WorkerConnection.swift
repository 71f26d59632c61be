/// The connection of one thread: opened on first use, and reopened after it was lost.
final class WorkerConnection {
    private let connect: () throws(PostgresError) -> PostgresConnection
    private var idle: PostgresConnection?

    /// - Parameter connect: opens a connection.
    init(connect: @escaping () throws(PostgresError) -> PostgresConnection) {
        self.connect = connect
    }

    /// Runs `body` on the connection. The server may have been restarted since the last use; so where it is found lost
    /// before it gave an answer, and so before anything was done, `body` runs again on a new one.
    /// - Throws: what `body` throws, and `PostgresError` where there is no connection to be had.
    func run<Value>(_ body: (inout PostgresConnection) throws -> Value) throws -> Value {
        if var connection = idle.take() {
            connection.hasAnswered = false
            do {
                let value = try body(&connection)
                keep(connection)
                return value
            } catch {
                let isLost = !connection.isSpent && !connection.isAlive && !connection.hasAnswered
                keep(connection)
                if !isLost { throw error }
            }
        }
        var connection = try connect()
        do {
            let value = try body(&connection)
            keep(connection)
            return value
        } catch {
            if connection.isAlive { keep(connection) }
            throw error
        }
    }

    /// Answers queries, all in one go where none fails.
    func answer(_ queries: [PostgresQuery]) {
        // Read to its end, whoever gives it up.
        let wanted = queries.filter { $0.result.begin(nil) }
        var answered = 0
        if wanted.count > 1 || wanted.contains(where: { $0.statements.count > 1 }) {
            do {
                answered = try run { try $0.answer(wanted) }
            } catch {
                for query in wanted { query.result.end(.failure(error)) }
                return
            }
        }
        var left = wanted.dropFirst(answered)
        while let query = left.popFirst() {
            do {
                query.result.end(.success(try run { try $0.run(query.statements) }))
            } catch {
                query.result.end(.failure(error))
                // Without a connection the others would come no further, and each would wait for one.
                guard idle == nil else { continue }
                while let other = left.popFirst() { other.result.end(.failure(error)) }
            }
        }
    }

    private func keep(_ connection: consuming PostgresConnection) {
        if connection.isUsable { idle = consume connection }
    }
}

/// Statements that only read, which run one after the other on one connection, and can be sent together with others.
struct PostgresQuery: Sendable {
    let statements: [PostgresStatement]
    let result = PendingResult<[PostgresRows]>()
}

struct PostgresStatement: Sendable {
    let sql: String
    let parameters: PostgresParameters

    init(_ sql: String, _ parameters: [(any PostgresValue)?]) {
        self.sql = sql
        self.parameters = PostgresParameters(parameters)
    }
}
