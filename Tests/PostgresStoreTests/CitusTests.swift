import AssistantsStore
import Foundation
import TestSupport
import Testing

@testable import PostgresStore
@testable import StoreConformance

private let citusURL = ProcessInfo.processInfo.environment["DEV_CITUS_URL"]

extension Fixture {
    /// Those of session `s`, as a store reads them.
    fileprivate func ids(in store: PostgresStore) async throws -> [String] {
        var ids: [String] = []
        let page = PageRequest<MessageCursor>(.first, size: 100)
        _ = try await store.readMessages(of: SessionReference("s"), in: account, page: page) { ids.append($0.id.text) }
        return ids
    }
}

/// Citus is in no distribution's packages, so this runs where somebody has one: `DEV_CITUS_URL` names a database
/// on its coordinator, whose tables are emptied.
@Suite("PostgresStore conforms to Store on Citus", .serialized, .enabled(if: citusURL != nil))
struct CitusTests {
    /// The URL of the coordinator's database, with empty tables.
    private func emptyDatabase() async throws -> String {
        let url = try #require(citusURL)
        try await PostgresStore.migrate(url: url, isDistributed: true)
        for table in StoredTable.allCases.reversed() where ![.setting, .number].contains(table) {
            try TestDatabase.execute("DELETE FROM \(table.rawValue)", at: url)
        }
        try TestDatabase.execute("DELETE FROM search_terms", at: url)
        return url
    }

    /// The URLs of the workers' databases.
    private func workers(of url: String) throws -> [String] {
        var connection = try PostgresConnection(url: url)
        let nodes = try connection.run("SELECT nodename, nodeport FROM pg_dist_node WHERE groupid > 0 ORDER BY nodeid")
        return try nodes.map { rows, row in
            var parts = try #require(URLComponents(string: url))
            (parts.host, parts.port) = (rows.text(row, 0), Int(rows.integer(row, 1)))
            return try #require(parts.string)
        }
    }

    @Test(arguments: StoreConformance.all)
    func keepsItsPromise(_ promise: StoreConformance) async throws {
        let store = try await PostgresStore(url: try await emptyDatabase())
        try await promise.check(store)
        await store.close()
    }

    @Test("the search index is deleted, built, used, and checked")
    func searchIndex() async throws {
        let url = try await emptyDatabase()
        let store = try await PostgresStore(url: url)
        let fixture = try await Fixture(store)
        let words = (0..<300).map { $0.isMultiple(of: 100) ? "apple rare" : "apple" }
        try await fixture.put(words.indices.map { try .message("m\($0)", words[$0], in: "s\($0 / 10)") })
        try await store.deleteSearchIndex()
        #expect(try await store.searchIndexStatus() == "off")
        #expect(try await fixture.foundAnywhere("rare") == ["m200", "m100", "m0"])
        try await store.createSearchIndex()
        try await store.maintainSearchIndex()
        #expect(try await store.searchIndexStatus() == "on")
        #expect(try await fixture.foundAnywhere("rare") == ["m200", "m100", "m0"])
        #expect(try await fixture.foundAnywhere("apple") == words.indices.reversed().map { "m\($0)" })
        #expect(try await store.problems(isDeep: true).allSatisfy { !$0.contains("search index") })
        // The index proposes, also here.
        try TestDatabase.execute("UPDATE search_terms SET terms = 'other'", at: url)
        #expect(try await fixture.foundAnywhere("rare") == [])
        #expect(try await !store.problems(isDeep: true).filter { $0.contains("search index") }.isEmpty)
        await store.close()
    }

    @Test("a store that reads from the workers keeps every promise as well", arguments: StoreConformance.all)
    func keepsItsPromiseOnWorkers(_ promise: StoreConformance) async throws {
        let url = try await emptyDatabase()
        let store = try await PostgresStore(url: url, readURLs: try workers(of: url))
        try await promise.check(store)
        await store.close()
    }

    @Test("stores that read from nodes of their own see each other's messages at once, in one order")
    func nodes() async throws {
        let url = try await emptyDatabase()
        let stores = try await [
            PostgresStore(url: url), PostgresStore(url: url, readURLs: workers(of: url)),
            PostgresStore(url: url, readURLs: [workers(of: url)[1]]),
        ]
        let fixture = try await Fixture(stores[0])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (writer, reader) in [(0, 1), (1, 2), (2, 0)] {
                group.addTask {
                    for number in 0..<20 {
                        let defaults = Fixture.defaults
                        let stored = try await stores[writer].append(
                            [.number(number)],
                            to: SessionReference("s"),
                            in: fixture.account,
                            defaults: defaults,
                            once: nil
                        )
                        guard case .done(let messages) = stored else { continue }
                        #expect(try await fixture.ids(in: stores[reader]).contains(messages[0].id.text))
                    }
                }
            }
            try await group.waitForAll()
        }
        let ids = try await fixture.ids(in: stores[0])
        #expect(ids.count == 60)
        for store in stores {
            #expect(try await fixture.ids(in: store) == ids)
            await store.close()
        }
    }
}
