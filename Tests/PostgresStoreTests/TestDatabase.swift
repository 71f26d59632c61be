import Foundation
import Testing

@testable import PostgresStore

/// An empty database of the test server's, dropped when the test is over.
final class TestDatabase: Sendable {
    private struct NoServer: Error, CustomStringConvertible {
        let description = """
            UNDERSTUDY_TEST_DATABASE_URL must name a PostgreSQL server whose user may create databases; make test starts one
            """
    }

    let url: String
    private let name: String
    private let server: String

    init() throws {
        guard let server = ProcessInfo.processInfo.environment["UNDERSTUDY_TEST_DATABASE_URL"] else { throw NoServer() }
        self.server = server
        name = "test_\(UUID().uuidString.lowercased().replacing("-", with: "_"))"
        var connection = try PostgresConnection(url: server)
        try connection.execute("CREATE DATABASE \(name)")
        var components = try #require(URLComponents(string: server))
        components.path = "/\(name)"
        url = try #require(components.string)
    }

    deinit {
        guard var connection = try? PostgresConnection(url: server) else { return }
        try? connection.execute("DROP DATABASE \(name) WITH (FORCE)")
    }
}
