import DequeModule
import Dispatch
import Foundation
import Synchronization

/// Connections to PostgreSQL, each on a thread of its own, for libpq's calls block. Work waits for a free one.
///
/// A connection is opened when there is work for it, and reopened after it was lost.
final class PostgresPool: Sendable {
    private enum Work {
        case job(@Sendable (WorkerConnection) -> Void)
        /// Answered in one go.
        case queries([PostgresQuery])
        /// Another thread has taken what there was.
        case nothing
        /// Nothing waits, and nothing will come.
        case end
    }

    private struct State {
        var waiting: Deque<Work> = []
        var isClosed = false
        var threadCount: Int
        /// Who waits for the threads' end.
        var closing: [CheckedContinuation<Void, Never>] = []
    }

    static let maximumAttempts = 10
    /// How many queries are sent in one go: the more, the longer those behind a slow one wait.
    static let maximumPipeline = 16

    private let url: String
    private let isPrimaryNeeded: Bool
    private let size: Int
    private let state: Mutex<State>
    /// Counts what is to be done, and at the end one for each thread.
    private let signal = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - size: how many connections there are at most.
    ///   - isPrimaryNeeded: whether a replica, which may be behind, is as good as no server.
    init(url: String, size: Int, isPrimaryNeeded: Bool = false) {
        self.url = url
        self.isPrimaryNeeded = isPrimaryNeeded
        self.size = size
        state = Mutex(State(threadCount: size))
        for number in 1...size {
            let thread = Thread {
                self.work()
                self.endThread()
            }
            thread.name = "postgres-\(number)"
            thread.start()
        }
    }

    /// How much waits for a connection.
    var waitingCount: Int { state.withLock(\.waiting.count) }

    /// Takes no more work, and ends the connections when what waits is done.
    func close() async {
        state.withLock { $0.isClosed = true }
        for _ in 0..<size { signal.signal() }
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                guard state.threadCount > 0 else { return true }
                state.closing.append(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    /// Makes a connection that is none of the pool's. Blocks.
    func connect() throws(PostgresError) -> PostgresConnection {
        try PostgresConnection(url: url, isPrimaryNeeded: isPrimaryNeeded)
    }

    /// Runs `body` on a connection, in a transaction. Runs it again after a delay if it lost against another one. The
    /// connection is free for other work meanwhile.
    /// - Throws: what `body` throws, `PostgresError`, `CancellationError`.
    func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (inout PostgresConnection) throws -> Value
    ) async throws -> Value {
        for attempt in 1..<Self.maximumAttempts {
            do {
                return try await runTransaction(body)
            } catch let error as PostgresError where error.isConflict {
                try await Task.sleep(for: Self.retryDelay(after: attempt))
            }
        }
        return try await runTransaction(body)
    }

    private func runTransaction<Value: Sendable>(
        _ body: @escaping @Sendable (inout PostgresConnection) throws -> Value
    ) async throws -> Value {
        // Not given up once it has begun: a COMMIT that is may have been done all the same.
        try await run(isCancellable: false) { connection in try connection.transaction(body) }
    }

    /// How long to wait before a transaction is tried again: twice as long after each attempt, from 10 ms to 500, less up to
    /// half of it by chance, so that transactions that met once do not meet again.
    static func retryDelay(after attempt: Int) -> Duration {
        .milliseconds(min(10 << (attempt - 1), 500)) * Double.random(in: 0.5...1)
    }

    /// Runs `body` on a connection: once, or again on another connection where the first had been lost before it gave an
    /// answer.
    /// - Parameter isCancellable: whether the server is to give it up where nobody waits for it any more; else only what has
    ///   not begun is given up.
    /// - Throws: what `body` throws, `PostgresError`, `CancellationError`.
    func run<Value: Sendable>(
        isCancellable: Bool = true,
        _ body: @escaping @Sendable (inout PostgresConnection) throws -> Value
    ) async throws -> Value {
        let result = PendingResult<Value>()
        return try await result.value {
            enqueue(
                .job { worker in
                    result.end(
                        Result {
                            try worker.run { connection in
                                let canceler = isCancellable ? connection.canceler : nil
                                guard result.begin(canceler) else { throw CancellationError() }
                                defer { connection.isSpent = !result.release() }
                                return try body(&connection)
                            }
                        }
                    )
                }
            )
        }
    }

    /// Runs a statement that only reads. Those that wait for a connection together are sent together.
    /// - Throws: `PostgresError`, `CancellationError`.
    func query(_ sql: String, _ parameters: [(any PostgresValue)?]) async throws -> PostgresRows {
        try await queries([PostgresStatement(sql, parameters)])[0]
    }

    /// Runs statements that only read one after the other on one connection, and gives a result for each.
    /// - Throws: `PostgresError`, `CancellationError`.
    func queries(_ statements: [PostgresStatement]) async throws -> [PostgresRows] {
        let query = PostgresQuery(statements: statements)
        return try await query.result.value { enqueue(.queries([query])) }
    }

    /// - Returns: `false` where the pool is closed.
    private func enqueue(_ work: Work) -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isClosed else { return false }
            state.waiting.append(work)
            return true
        }
        if isTaken { signal.signal() }
        return isTaken
    }

    /// Works until the pool is closed and nothing waits.
    private func work() {
        let worker = WorkerConnection(connect: connect)
        while true {
            signal.wait()
            switch takeWork() {
            case .job(let run): run(worker)
            case .queries(let queries): worker.answer(queries)
            case .nothing: continue
            case .end: return
            }
        }
    }

    /// The work that has waited longest; with a query also those that come next, but no more than this thread's share.
    private func takeWork() -> Work {
        state.withLock { state in
            guard let first = state.waiting.popFirst() else { return state.isClosed ? .end : .nothing }
            guard case .queries(var queries) = first else { return first }
            let count = min(1 + state.waiting.count / size, Self.maximumPipeline)
            while queries.count < count, case .queries(let next) = state.waiting.first {
                queries += next
                state.waiting.removeFirst()
            }
            return .queries(queries)
        }
    }

    private func endThread() {
        let closing = state.withLock { state in
            state.threadCount -= 1
            return state.threadCount == 0 ? state.closing : []
        }
        for continuation in closing { continuation.resume() }
    }
}
