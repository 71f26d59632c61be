import AssistantsStore
import Foundation
import PostgresStore
import StoreConformance
import TestSupport
import Testing

private let citusURL = ProcessInfo.processInfo.environment["UNDERSTUDY_TEST_CITUS_URL"]

/// Citus is in no distribution's packages, so this runs where somebody has one: `UNDERSTUDY_TEST_CITUS_URL` names a database
/// on its coordinator, whose tables are emptied.
@Suite("PostgresStore conforms to Store on Citus", .serialized, .enabled(if: citusURL != nil))
struct CitusTests {
    @Test(arguments: StoreConformance.all)
    func keepsItsPromise(_ promise: StoreConformance) async throws {
        let url = try #require(citusURL)
        try await PostgresStore.migrate(url: url, isDistributed: true)
        for table in StoredTable.allCases.reversed() where ![.setting, .number].contains(table) {
            try TestDatabase.execute("DELETE FROM \(table.rawValue)", at: url)
        }
        let store = try await PostgresStore(url: url)
        try await promise.check(store)
        await store.close()
    }
}
