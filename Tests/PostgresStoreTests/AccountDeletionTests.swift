import AssistantsStore
import TestSupport
import Testing

@testable import PostgresStore

@Suite("Deleting an account of PostgreSQL")
struct AccountDeletionTests {
    @Test("takes every row of the account and none of another, however many there are")
    func manyRows() async throws {
        let database = try TestDatabase()
        try await PostgresStore.migrate(url: database.url)
        let store = try await PostgresStore(url: database.url)
        let (deleted, other) = (AccountSID.random(), AccountSID.random())
        for account in [deleted, other] {
            try await store.create(
                Account(sid: account, name: "", dateCreated: .now),
                token: StoredAuthToken(digest: [1], sealed: [1])
            )
        }
        // More than are deleted in one transaction, among those of the other account.
        try database.execute(
            """
            CREATE TEMPORARY TABLE row AS
                SELECT n, decode(lpad(to_hex(n), 32, '0'), 'hex') AS key,
                    CASE WHEN n % 3 = 0 THEN '\(other)' ELSE '\(deleted)' END AS account
                FROM generate_series(1, 3500) AS n;
            INSERT INTO session
                SELECT key, account, n, n, 'a', 'i', false, CASE WHEN n % 50 = 0 THEN 20000 ELSE 0 END, 0, 0 FROM row;
            INSERT INTO turn
                SELECT key, n, n, account, n, n, 'a', 'i', 'chat', NULL, NULL, NULL, 1, 'w', false, 9e18 FROM row;
            INSERT INTO callback SELECT key, n + m, account, 'u', 'b', 't', 1, NULL, 0, 9e18 FROM row, (VALUES (0), (9000)) AS m (m);
            INSERT INTO idempotency_key SELECT key, account, n, '', 200, '', 0 FROM row
            """
        )
        try await store.close(deleted)
        try await store.delete(deleted)
        #expect(try await store.accounts().map(\.sid) == [other])
        var connection = try PostgresConnection(url: database.url)
        for (table, count) in [("session", 1166), ("turn", 1166), ("callback", 2332), ("idempotency_key", 1166)] {
            let rows = try connection.run(
                "SELECT count(*), count(*) FILTER (WHERE account_sid = $1) FROM \(table)",
                [other]
            )
            #expect(rows.integer(0, 0) == count, "\(table)")
            #expect(rows.integer(0, 1) == count, "\(table)")
        }
        await store.close()
    }
}
