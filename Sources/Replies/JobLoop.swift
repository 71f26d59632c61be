import Logging
import Synchronization

/// Takes jobs when it is woken, and from time to time, and works on a bounded number of them at once.
final class JobLoop: Sendable {
    private struct State {
        var running = 0
        var hasFailed = false
    }

    private let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation
    private let state = Mutex(State())
    private let pollInterval: Duration
    private let logger: Logger

    /// - Parameter pollInterval: how long to wait for being woken before looking for jobs.
    init(pollInterval: Duration = .seconds(1), logger: Logger) {
        self.pollInterval = pollInterval
        (wakes, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.logger = logger
    }

    /// Has jobs looked for at once.
    func wake() {
        waker.yield()
    }

    /// Runs until the task is cancelled, and with it the work that is under way. To be called once.
    /// - Parameters:
    ///   - limit: how many jobs may be worked on at once.
    ///   - take: gives as many jobs as it is asked for, or fewer.
    ///   - work: must not throw: nobody would learn of it.
    func run<Job: Sendable>(
        limit: Int,
        take: (_ count: Int) async throws -> [Job],
        work: @escaping @Sendable (Job) async -> Void
    ) async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                repeat { self.wake() } while (try? await Task.sleep(for: self.pollInterval)) != nil
            }
            for await _ in wakes {
                let room = limit - state.withLock { $0.running }
                guard room > 0 else { continue }
                for job in await jobs(room, take) {
                    state.withLock { $0.running += 1 }
                    group.addTask {
                        await work(job)
                        self.state.withLock { $0.running -= 1 }
                        self.wake()
                    }
                }
            }
        }
    }

    /// None while they cannot be had, which is logged when it begins and when it ends.
    private func jobs<Job>(_ count: Int, _ take: (Int) async throws -> [Job]) async -> [Job] {
        do {
            let jobs = try await take(count)
            if state.withLock({ exchange(&$0.hasFailed, with: false) }) { logger.notice("work has resumed") }
            return jobs
        } catch {
            if !state.withLock({ exchange(&$0.hasFailed, with: true) }) {
                logger.error("cannot start work; retrying every \(pollInterval): \(error)")
            }
            return []
        }
    }

    private func exchange(_ value: inout Bool, with new: Bool) -> Bool {
        defer { value = new }
        return value
    }
}
