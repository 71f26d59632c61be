import AssistantsStore

/// A store that fails when so many batches have been added.
final class InterruptedContents: StoreContents {
    private let base: any StoreContents
    private let batches: Counter

    init(_ base: any StoreContents, after count: Int) {
        self.base = base
        batches = Counter(count)
    }

    func add(_ rows: [[StoredValue]], to table: StoredTable, noting progress: [UInt8]) async throws(StoreError) {
        guard await batches.countDown() else { throw .fault(Interruption()) }
        try await base.add(rows, to: table, noting: progress)
    }

    struct Interruption: Error {}

    private actor Counter {
        private var left: Int

        init(_ count: Int) {
            left = count
        }

        func countDown() -> Bool {
            left -= 1
            return left >= 0
        }
    }

    // MARK: As they are

    func lockWrites() async throws(StoreError) -> any WriteLock { try await base.lockWrites() }

    func count(of table: StoredTable) async throws(StoreError) -> Int { try await base.count(of: table) }

    func rows(
        of table: StoredTable,
        after cursor: [StoredValue]?,
        limit: Int
    ) async throws(StoreError) -> StoredRows {
        try await base.rows(of: table, after: cursor, limit: limit)
    }

    func unfinishedCopy() async throws(StoreError) -> [UInt8]? { try await base.unfinishedCopy() }

    func beginCopy(noting progress: [UInt8]) async throws(StoreError) {
        try await base.beginCopy(noting: progress)
    }

    func finishCopy() async throws(StoreError) { try await base.finishCopy() }
}
