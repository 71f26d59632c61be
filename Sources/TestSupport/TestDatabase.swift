import CLibpq
import Foundation

/// An empty PostgreSQL database of the test run's server, dropped with its owner.
package final class TestDatabase: Sendable {
    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    package let url: String
    private let name = "test_\(UUID().uuidString.lowercased().replacing("-", with: "_"))"
    private let server: String

    package init() throws {
        guard let server = ProcessInfo.processInfo.environment["DEV_DATABASE_URL"],
            var components = URLComponents(string: server)
        else {
            throw Failure(
                description: """
                    DEV_DATABASE_URL must name a PostgreSQL server whose user may create databases; make test \
                    starts one
                    """
            )
        }
        components.path = "/\(name)"
        self.server = server
        url = components.string ?? server
        try Self.execute("CREATE DATABASE \(name)", at: server)
    }

    deinit {
        try? Self.execute("DROP DATABASE \(name) WITH (FORCE)", at: server)
    }

    /// Runs statements in the database, separated by semicolons.
    package func execute(_ sql: String) throws {
        try Self.execute(sql, at: url)
    }

    /// Has the server refuse connections to the database from now on.
    package func refuseConnections() throws {
        try Self.execute("ALTER DATABASE \(name) ALLOW_CONNECTIONS false", at: server)
    }

    /// Runs statements in any database, separated by semicolons.
    package static func execute(_ sql: String, at url: String) throws {
        let connection = PQconnectdb(url)
        defer { PQfinish(connection) }
        let result = PQexec(connection, sql)
        defer { PQclear(result) }
        guard [PGRES_COMMAND_OK, PGRES_TUPLES_OK].contains(PQresultStatus(result)) else {
            throw Failure(description: String(cString: PQerrorMessage(connection)))
        }
    }
}
