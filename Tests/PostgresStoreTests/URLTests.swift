import TestSupport
import Testing

@testable import PostgresStore

@Suite("The URL of a database")
struct URLTests {
    @Test(
        "what libpq takes as it is meant is valid",
        arguments: [
            "postgresql://understudy@db.example.com/understudy", "postgres://app:secret@127.0.0.1:5432/x",
            "postgresql://app:Sup3r%40%2F%3A%25@db/x", "postgresql://app:a:b?c#d@db/x", "postgresql://",
            "postgresql:///x",
            "postgresql://db1,db2:6432/x?target_session_attrs=read-write", "postgresql://app@[::1]:5432/x",
            "postgresql:///x?host=/run/postgresql&user=app&password=a%40b/c", "postgresql://%2Frun%2Fpostgresql/x",
        ]
    )
    func valid(url: String) {
        #expect(PostgresURL.isValid(url))
    }

    @Test(
        "what libpq would take apart elsewhere is refused",
        arguments: [
            "postgresql://app:Sup3r@Secret@db/x", "postgresql://app:Sup3r/Secret@db/x",
            "postgresql://app:12/Secret@db/x",
            "postgresql://app:Secret/x", "postgresql://app:99999999/x", "postgresql://app:0/x",
            "postgresql://app@db:Secret/x", "postgresql://app:Sup3r%@db/x",
            "postgresql://app:Sup3r@Secret/x?user=a@b", "postgresql://db/x?sslmode=a@b", "postgresql://app:a@[Secret/x",
            "postgresql://db/x?password=a&b", "postgresql://db/x?nonsense=1", "host=db password=Secret",
        ]
    )
    func invalid(url: String) {
        #expect(!PostgresURL.isValid(url))
    }

    @Test("pages are not read from a database that is no node of the same cluster")
    func readsElsewhere() async throws {
        let (database, other) = (try TestDatabase(), try TestDatabase())
        for database in [database, other] { try await PostgresStore.migrate(url: database.url) }
        for url in [database.url, other.url] {
            let error = await #expect(throws: PostgresDatabaseError.self) {
                try await PostgresStore(url: database.url, readURLs: [url])
            }
            guard case .readsElsewhere = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test("a session's key has the hash that PostgreSQL gives it, by which Citus finds its shard")
    func hash() throws {
        let database = try TestDatabase()
        var connection = try PostgresConnection(url: database.url)
        for text in ["0123456789abcdef", "AAAAAAAAAAAAAAAA", "the first 128 bi", "~~~~~~~~~~~~~~~~"] {
            // A text's hash is that of its bytes.
            let hash = try connection.run("SELECT hashtext($1 COLLATE \"C\")", [text]).integer(0, 0)
            #expect(Int64(SessionKey(bytes: Array(text.utf8)).hash) == hash)
        }
    }
}
