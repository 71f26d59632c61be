import AssistantsStore
import TestSupport
import Testing

@testable import PostgresStore
@testable import StoreConformance

@Suite("Lists of sessions on PostgreSQL", .serialized)
struct SessionListTests {
    /// On Citus, the statements of a transaction see several states of the database.
    @Test("sessions that are deleted while a page is read lose no others from the walk", arguments: [false, true])
    func deletedMeanwhile(isFiltered: Bool) async throws {
        let database = try TestDatabase()
        try await PostgresStore.migrate(url: database.url)
        let store = try await PostgresStore(url: database.url)
        let fixture = try await Fixture(store)
        for session in 1...8 { try await fixture.put(["m"], in: "s\(session)") }
        var connection = try PostgresConnection(url: database.url)
        var list = KeysetList<SessionCreationCursor>(
            table: "session",
            columns: SessionRow.columns,
            account: fixture.account
        )
        if isFiltered { list.conditions = [.equal("identity", MessageDefaults.identity)] }
        var scan = ScanBudget()
        scan.slice = 6
        var request = PageRequest<SessionCreationCursor>(.first, size: 2, scan: scan)
        var met: [String] = []
        while true {
            let page = try list.page(request, &connection) { result, rows, column, _ in
                var items: [ListedSession?] = []
                for row in rows {
                    let session = SessionRow(result, row, from: column).session
                    items.append(["s2", "s5", "s6", "s7"].contains(session.id.text) ? nil : ListedSession(session))
                }
                return items
            }
            met += page.items.map(\.session.id.text)
            guard let next = page.neighbors.next else { break }
            request.anchor = .after(next)
        }
        #expect(met == ["s1", "s3", "s4", "s8"])
        await store.close()
    }
}
