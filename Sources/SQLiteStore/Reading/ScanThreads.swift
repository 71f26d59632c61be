import DequeModule
import Dispatch
import Foundation
import Synchronization

/// Threads for reads that would hold an event loop for too long. Jobs run first in, first out, so callers that submit short jobs share
/// the threads fairly.
///
/// They run where a processor would otherwise be idle: a thread that wakes up to answer a request takes its place at once.
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

    /// `SCHED_IDLE` of sched(7), which Swift does not see.
    private static let idlePolicy: CInt = 5

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
            // Being nice (19) would still count as busy: the scheduler would let others wait behind it.
            var parameters = sched_param()
            pthread_setschedparam(pthread_self(), Self.idlePolicy, &parameters)
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
