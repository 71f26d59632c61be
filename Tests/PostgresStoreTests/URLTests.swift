import CLibpq
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

    @Test(
        "the summary has every host with its port, and an address of IPv6 in brackets",
        arguments: [
            ("postgresql://u:secret@db/x", "PostgreSQL database x on db"),
            ("postgresql://h1,h2:5/x", "PostgreSQL database x on h1,h2:5"),
            ("postgresql://h1:4,h2:5/x", "PostgreSQL database x on h1:4,h2:5"),
            ("postgresql:///x?host=h1,h2&port=5", "PostgreSQL database x on h1:5,h2:5"),
            ("postgresql://[::1]:1/x", "PostgreSQL database x on [::1]:1"),
            ("postgresql://", "PostgreSQL database on the local socket"),
            ("postgresql://u:a@b@h/x", "PostgreSQL"),
        ]
    )
    func summary(url: String, text: String) {
        #expect(PostgresURL.summary(of: url) == text)
    }

    @Test("the reason of each host that cannot be reached is on one line, without libpq's questions")
    func unreachable() {
        let error = #expect(throws: PostgresError.self) {
            _ = try PostgresConnection(url: "postgresql://127.0.0.1:1,127.0.0.2:1/x")
        }
        let lines = [1, 2].map { host in
            "connection to server at \"127.0.0.\(host)\", port 1 failed: Connection refused"
        }
        #expect(error?.message == lines.joined(separator: "; "))
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
        for text in [
            "00000000000000000000000000000000", "ffffffffffffffffffffffffffffffff", "0123456789abcdeffedcba9876543210",
            "80000000000000000000000000000080", "7f80ff0001fe8172635445362718090a",
        ] {
            // Its hash is that of its 16 bytes.
            let hash = try connection.run("SELECT uuid_hash($1::uuid)", [text]).integer(0, 0)
            let bytes = try connection.run("SELECT decode($1, 'hex')", [text]).array(0, 0)
            #expect(Int64(SessionKey(bytes: bytes).hash) == hash)
        }
    }

    @Test("a session is read from the node of the shard whose range of hashes has its hash, and of no other")
    func shards() async {
        let pools = (0..<2).map { _ in PostgresPool(url: "postgresql://", size: 1) }
        let key = SessionKey(bytes: Array(0..<16))
        let hash = key.hash
        func pool(_ lowest: [Int32], _ nodes: [Int64]) -> PostgresPool? {
            let shards = zip(lowest, nodes).map { Shard(id: Int64($0), lowestHash: $0, node: $1) }
            return ShardNodes(shards, pools: [1: pools[0], 2: pools[1]]).pool(for: key)
        }
        #expect(pool([.min, hash], [1, 2]) === pools[1])
        #expect(pool([.min, hash + 1], [1, 2]) === pools[0])
        #expect(pool([.min, hash, hash + 1, .max], [2, 1, 2, 2]) === pools[0])
        #expect(pool([.min, hash - 1, hash + 1], [2, 1, 2]) === pools[0])
        // A node that is not read from, and hashes that no shard has.
        #expect(pool([.min], [3]) == nil)
        #expect(pool([hash + 1], [1]) == nil)
        #expect(pool([], []) == nil)
        for pool in pools { await pool.close() }
    }

    @Test("where a primary is needed, a replica is refused, unless the URL says otherwise")
    func primary() throws {
        let database = try TestDatabase()
        func setting(_ url: String, isPrimaryNeeded: Bool) throws -> String? {
            let connection = try PostgresConnection(url: url, isPrimaryNeeded: isPrimaryNeeded)
            let options = PQconninfo(connection.handle)
            defer { PQconninfoFree(options) }
            var option = options
            while let current = option, let keyword = current.pointee.keyword {
                if String(cString: keyword) == "target_session_attrs" {
                    return current.pointee.val.map { String(cString: $0) }
                }
                option = current + 1
            }
            return nil
        }
        #expect(try setting(database.url, isPrimaryNeeded: true) == "primary")
        #expect(try setting(database.url, isPrimaryNeeded: false) == "any")
        let url = database.url + (database.url.contains("?") ? "&" : "?") + "target_session_attrs=read-write"
        #expect(try setting(url, isPrimaryNeeded: true) == "read-write")
        #expect(throws: PostgresError.self) {
            try setting(url.replacing("read-write", with: "standby"), isPrimaryNeeded: true)
        }
    }
}
