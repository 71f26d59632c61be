import DequeModule
import Dispatch
import Foundation
import Synchronization

/// Threads for reading that takes longer than an event loop may be held. Each piece of work waits for its turn behind all that came
/// before, so that whoever hands in small pieces shares the threads with others.
///
/// Where the processors are busy, these threads go behind those that answer short requests.
final class ScanThreads: TaskExecutor {
    private struct State {
        var waiting: Deque<UnownedJob> = []
        var threadCount = 0
        /// How many threads wait for work, or are about to.
        var idleCount = 0
        var isClosed = false
    }

    /// What the threads hold: it does not end with the executor, but they do.
    private final class Queue: Sendable {
        let state = Mutex(State())
        /// Counts what is to be done, and at the end one for each thread.
        let signal = DispatchSemaphore(value: 0)
    }

    /// `nice(2)`: the least there is.
    private static let niceness: Int32 = 19

    /// For work that must not overlap other such work.
    let turn = Mutex(())
    private let queue = Queue()
    private let maximumCount: Int

    /// - Parameter count: how many threads there are at most. None is started before there is work.
    init(count: Int) {
        maximumCount = count
    }

    deinit {
        let count = queue.state.withLock { state in
            state.isClosed = true
            return state.threadCount
        }
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
                let (job, isClosed) = queue.state.withLock { state in
                    let job = state.waiting.popFirst()
                    if job != nil { state.idleCount -= 1 }
                    return (job, state.isClosed)
                }
                guard let job else {
                    if isClosed { return }
                    continue
                }
                job.runSynchronously(on: executor)
                queue.state.withLock { $0.idleCount += 1 }
            }
        }
        thread.name = "scan-\(number)"
        thread.start()
    }
}
