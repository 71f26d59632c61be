package import AssistantsStore

/// Copies all that a store keeps into an empty one, of whichever kind, and compares the two.
///
/// Nobody can write to the source meanwhile, and nobody may write to the copy. Ids, positions, numbers, and the key of page tokens
/// are the same in the copy, so that clients notice nothing; credentials and callbacks are copied too.
package struct StoreCopier {
    private let source: any StoreContents
    private let target: any StoreContents
    private let maximumBatch: Int
    private let report: (CopyProgress) -> Void

    /// - Parameters:
    ///   - maximumBatch: how many rows are added in one transaction at most.
    ///   - report: called now and then with how far the copy is.
    package init(
        from source: any StoreContents,
        to target: any StoreContents,
        maximumBatch: Int = 10_000,
        report: @escaping (CopyProgress) -> Void = { _ in }
    ) {
        self.source = source
        self.target = target
        self.maximumBatch = maximumBatch
        self.report = report
    }

    /// - Throws: `CopyError`, `StoreError`.
    package func run() async throws -> CopySummary {
        let start = ContinuousClock.now
        let lock = try await source.lockWrites()
        var total = 0
        for table in StoredTable.allCases { total += try await source.count(of: table) }
        try await copy(from: try await position(), total)
        let counts = try await check(total)
        try await lock.release()
        try await target.finishCopy()
        return CopySummary(counts: counts, duration: start.duration(to: .now))
    }

    /// Where the copy begins or resumes.
    private func position() async throws -> CopyPosition {
        let beginning = CopyPosition(source: try await sourceName(), table: StoredTable.allCases[0])
        guard let noted = try await target.unfinishedCopy() else {
            try await target.beginCopy(noting: beginning.bytes)
            return beginning
        }
        let position = try CopyPosition(noted)
        guard position.source == beginning.source else { throw CopyError.otherSource }
        return position
    }

    /// The digest of the source's settings, which hold random bytes.
    private func sourceName() async throws -> String {
        var sum = TableSum()
        try await forEachBatch(of: .setting, in: source) { sum.add($0.rows) }
        return sum.text
    }

    private func copy(from position: CopyPosition, _ total: Int) async throws {
        var cursor = position.cursor
        var copied = 0
        for table in StoredTable.allCases.drop(while: { $0 != position.table }) {
            try await forEachBatch(of: table, in: source, after: cursor) { batch in
                try await target.add(batch.rows, to: table, noting: position.at(table, batch.cursor).bytes)
                copied += batch.rows.count
                report(CopyProgress(phase: .copying, fraction: Double(copied) / Double(max(total, copied))))
            }
            cursor = nil
        }
    }

    /// - Returns: how many rows there are.
    /// - Throws: `CopyError.differs`.
    private func check(_ total: Int) async throws -> [StoredTable: Int] {
        var counts: [StoredTable: Int] = [:]
        var checked = 0
        for table in StoredTable.allCases {
            var sums = [TableSum(), TableSum()]
            for (index, store) in [source, target].enumerated() {
                try await forEachBatch(of: table, in: store) { batch in
                    sums[index].add(batch.rows)
                    checked += batch.rows.count
                    report(CopyProgress(phase: .checking, fraction: Double(checked) / Double(max(2 * total, checked))))
                }
            }
            guard sums[0] == sums[1] else {
                throw CopyError.differs(table, source: sums[0].count, target: sums[1].count)
            }
            counts[table] = sums[0].count
        }
        return counts
    }

    /// Reads a table to its end. What comes next is read while `body` has a batch.
    private func forEachBatch(
        of table: StoredTable,
        in store: any StoreContents,
        after cursor: [StoredValue]? = nil,
        _ body: (StoredRows) async throws -> Void
    ) async throws {
        // Few at first, for they may be large.
        var limit = min(100, maximumBatch)
        var batch: [[StoredValue]] = []
        var size = 0
        var read = try await store.rows(of: table, after: cursor, limit: limit)
        while let cursor = read.cursor {
            let readSize = read.rows.reduce(0) { $0 + $1.reduce(0) { $0 + $1.size } }
            limit = min(
                max(Self.readSize * read.rows.count / max(readSize, 1), 1),
                2 * limit,
                Self.maximumRead,
                maximumBatch
            )
            let nextLimit = limit
            async let next = store.rows(of: table, after: cursor, limit: nextLimit)
            batch += read.rows
            size += readSize
            if size >= Self.batchSize || batch.count >= maximumBatch {
                try await body(StoredRows(rows: batch, cursor: cursor))
                (batch, size) = ([], 0)
            }
            let following = try await next
            if following.cursor == nil, !batch.isEmpty { try await body(StoredRows(rows: batch, cursor: cursor)) }
            read = following
        }
    }

    /// In bytes: how much is to be read in one go, and added in one transaction.
    private static let (readSize, batchSize) = (2 << 20, 8 << 20)
    /// In rows.
    private static let maximumRead = 1_000
}

/// How far a copy is.
package struct CopyProgress: Sendable {
    package enum Phase: String, Sendable {
        case copying, checking
    }

    package let phase: Phase
    /// Of the rows, from 0 to 1.
    package let fraction: Double
}

/// What a copy came to.
package struct CopySummary: Sendable {
    /// Of the copy as a whole, whatever of it was done by an earlier run.
    package let counts: [StoredTable: Int]
    package let duration: Duration
}
