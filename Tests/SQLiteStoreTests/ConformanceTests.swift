import SQLiteStore
import StoreConformance
import TestSupport
import Testing

@Suite("SQLiteStore conforms to Store")
struct ConformanceTests {
    @Test(arguments: StoreConformance.all)
    func keepsItsPromise(_ promise: StoreConformance) async throws {
        let directory = try TemporaryDirectory()
        try await promise.check(SQLiteStore(path: directory.file("understudy.sqlite")))
    }
}
