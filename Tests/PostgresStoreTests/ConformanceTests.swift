import PostgresStore
import StoreConformance
import TestSupport
import Testing

@Suite("PostgresStore conforms to Store", .serialized)
struct ConformanceTests {
    @Test(arguments: StoreConformance.all)
    func keepsItsPromise(_ promise: StoreConformance) async throws {
        let database = try TestDatabase()
        try await PostgresStore.migrate(url: database.url)
        let store = try await PostgresStore(url: database.url)
        try await promise.check(store)
        await store.close()
    }
}
