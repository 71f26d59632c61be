import DequeModule
import Dispatch
import Foundation
import Synchronization

/// Threads for reads that would hold an event loop for too long. Jobs run first in, first out, so callers that submit short jobs share
/// the threads fairly.
///
/// They have the lowest priority: if the processors are busy, short requests go first.
final class ScanThreads: TaskExecutor {
    private struct State {
        var waiting: Deque<UnownedJob> = []
        var threadCount = 0
        /// How many threads wait for work, or are about to.
        var idleCount = 0
    }

    /// Shared with the threads, which outlive the executor briefly.
    private final class Queue: Sendable {
        let state = Mutex(State())
        /// Counts what is to be done, and at the end one for each thread.
        let signal = DispatchSemaphore(value: 0)
    }

    /// `nice(2)`: the least there is.
    private static let niceness: Int32 = 19

    /// Held by a job while the write-ahead log is large.
    let logTurn = Mutex(())
    private let queue = Queue()
    private let maximumCount: Int

    /// - Parameter count: how many threads there are at most. None is started before there is work.
    init(count: Int) {
        maximumCount = count
    }

    deinit {
        let count = queue.state.withLock(\.threadCount)
        for _ in 0..<count { queue.signal.signal() }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let number = queue.state.withLock { state -> Int? in
            state.waiting.append(job)
            guard state.idleCount < state.waiting.count, state.threadCount < maximumCount else { return nil }
            state.threadCount += 1
            state.idleCount += 1
            return state.threadCount
        }
        if let number { start(number) }
        queue.signal.signal()
    }

    private func start(_ number: Int) {
        let executor = asUnownedTaskExecutor()
        let thread = Thread { [queue] in
            #if os(Linux)
            // Of this thread; elsewhere it would be the process's.
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
            #endif
            while true {
                queue.signal.wait()
                let job = queue.state.withLock { state in
                    let job = state.waiting.popFirst()
                    if job != nil { state.idleCount -= 1 }
                    return job
                }
                // There is a signal for each job, and one for each thread at the end.
                guard let job else { return }
                job.runSynchronously(on: executor)
                queue.state.withLock { $0.idleCount += 1 }
            }
        }
        thread.name = "scan-\(number)"
        thread.start()
    }
}
