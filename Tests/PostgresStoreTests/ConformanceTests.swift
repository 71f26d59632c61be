import StoreConformance
import TestSupport
import Testing

@testable import PostgresStore

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

    /// As from a node of Citus that stores every session.
    @Test("a store that reads pages in parts keeps every promise as well", arguments: StoreConformance.all)
    func keepsItsPromiseInParts(_ promise: StoreConformance) async throws {
        let database = try TestDatabase()
        try await PostgresStore.migrate(url: database.url)
        var store = try await PostgresStore(url: database.url)
        let pool = PostgresPool(url: database.url, size: 2, isPrimaryNeeded: true)
        store.nodes = ShardNodes([Shard(id: 1, lowestHash: .min, node: 1)], pools: [1: pool])
        try await promise.check(store)
        await store.close()
        await pool.close()
    }
}
