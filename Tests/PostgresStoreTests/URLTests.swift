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
}
