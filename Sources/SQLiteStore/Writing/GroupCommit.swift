import AssistantsStore
import Foundation
import GRDB
import GRDBSQLite
import PrometheusMetrics
import Synchronization

/// Commits writes together that arrive together: one synchronization of the disk for all of them.
///
/// Each write has a savepoint of its own, so that one that fails takes no other with it; and nobody is told that a write
/// is stored before the commit that holds it has succeeded.
final class GroupCommit: Sendable {
    /// A write that waits for its turn.
    private struct Write: Sendable {
        /// Runs it, and gives its error and what tells its caller of the end.
        let run: @Sendable (Database) -> (error: (any Error)?, finish: Finish)
        /// Tells its caller that it was not run.
        let refuse: @Sendable (any Error) -> Void
    }

    /// Tells a write's caller whether the commit failed, and else what came of the write.
    private typealias Finish = @Sendable (_ commitError: (any Error)?) -> Void

    private struct State {
        var waiting: [Write] = []
        /// Whether somebody is on the way to take what waits.
        var isScheduled = false
    }

    private let pool: DatabasePool
    private let statements: WriteStatements
    private let state = Mutex(State())
    private let times: Histogram
    private let sizes: Histogram

    init(pool: DatabasePool, statements: WriteStatements, metrics: MetricsRegistry) {
        self.pool = pool
        self.statements = statements
        times = metrics.histogram(
            "understudy_commit_seconds",
            "How long a transaction took, until it was on the disk or had failed."
        )
        sizes = metrics.histogram(
            "understudy_commit_writes",
            "How many writes a transaction held.",
            bounds: Histogram.counts
        )
        metrics.gauge("understudy_writes_waiting", "How many writes wait for the transaction before theirs to end.") {
            [weak self] in Double(self?.state.withLock(\.waiting.count) ?? 0)
        }
    }

    /// Runs `body` in a transaction that may hold other writes too.
    /// - Throws: what `body` throws, which undoes it alone, or what made the commit fail.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            enqueue(
                Write(
                    run: { db in
                        let result = Result { try db.inSavepoint(body) }.mapError(db.sorted)
                        var error: (any Error)?
                        if case .failure(let failure) = result { error = failure }
                        return (
                            error,
                            { commitError in continuation.resume(with: commitError.map { .failure($0) } ?? result) }
                        )
                    },
                    refuse: { continuation.resume(throwing: $0) }
                )
            )
        }
    }

    private func enqueue(_ write: Write) {
        let mustSchedule = state.withLock { state in
            state.waiting.append(write)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        guard mustSchedule else { return }
        pool.asyncWriteWithoutTransaction { [self] db in
            while let writes = takeWaiting() {
                commit(writes, in: db)
            }
        }
    }

    /// `nil` when nothing waits: the next write then schedules a commit.
    private func takeWaiting() -> [Write]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isScheduled = false
                return nil
            }
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    private func commit(_ writes: [Write], in db: Database) {
        let start = ContinuousClock.now
        var finishes: [Finish] = []
        defer {
            sizes.record(Double(writes.count))
            statements.search.clear()
        }
        do {
            try db.inTransaction(.immediate) {
                for write in writes {
                    let mark = statements.search.mark
                    let (error, finish) = write.run(db)
                    if error != nil { statements.search.undo(to: mark) }
                    finishes.append(finish)
                    // A full disk, for one, makes SQLite roll back all of the transaction. What came before is undone for the
                    // same reason.
                    guard db.isInsideTransaction else {
                        throw error
                            ?? DatabaseError(resultCode: .SQLITE_ABORT, message: "the transaction was rolled back")
                    }
                }
                try statements.search.flush(db)
                return .commit
            }
            times.record(start.duration(to: .now))
            for finish in finishes { finish(nil) }
        } catch {
            times.record(start.duration(to: .now))
            let error = db.sorted(error)
            for finish in finishes { finish(error) }
            for write in writes.dropFirst(finishes.count) { write.refuse(error) }
        }
    }
}

extension Database {
    /// Tells errors of a disk that has no room or takes no writes, which it may do later, from faults: SQLite reports some of
    /// the former as I/O errors, too.
    fileprivate func sorted(_ error: any Error) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        let systemError: Int32
        switch error.extendedResultCode {
        // What a commit writes is the log alone, and its errors are not the connection's.
        case .SQLITE_IOERR_WRITE, .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_TRUNCATE: systemError = logSystemError
        case let code where [.SQLITE_IOERR, .SQLITE_CANTOPEN].contains(code.primaryResultCode):
            systemError = sqlite3_system_errno(sqliteConnection)
        default: return error
        }
        return [ENOSPC, EDQUOT, EROFS].contains(systemError) ? StoreError.unavailable(error) : error
    }

    /// The system's number of the last error of the write-ahead log; 0 where there was none.
    private var logSystemError: Int32 {
        var log: UnsafeMutablePointer<sqlite3_file>?
        var number: Int32 = 0
        sqlite3_file_control(sqliteConnection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log)
        if let log, let methods = log.pointee.pMethods {
            _ = methods.pointee.xFileControl?(log, SQLITE_FCNTL_LAST_ERRNO, &number)
        }
        return number
    }

    /// Runs `body`, and undoes it alone where it throws.
    fileprivate func inSavepoint<Value>(_ body: (Database) throws -> Value) throws -> Value {
        var value: Value?
        try inSavepoint {
            value = try body(self)
            return .commit
        }
        guard let value else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
        return value
    }
}
