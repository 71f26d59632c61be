import StoreConformance
import TestSupport
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore conforms to Store")
struct ConformanceTests {
    @Test(arguments: StoreConformance.all)
    func keepsItsPromise(_ promise: StoreConformance) async throws {
        let directory = try TemporaryDirectory()
        try await promise.check(SQLiteStore(path: directory.file("understudy.sqlite")))
    }

    @Test(
        "a store that keeps few sessions out of their places keeps every promise as well",
        arguments: StoreConformance.all
    )
    func fewUnsettled(_ promise: StoreConformance) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("understudy.sqlite")
        let limits = StoreLimits(unsettledSessions: 3, messagesInSearchPart: 7, messagesWithoutSearchIndex: 0)
        try await promise.check(SQLiteStore(path: path, migrator: Migrations.all, limits: limits))
    }
}
