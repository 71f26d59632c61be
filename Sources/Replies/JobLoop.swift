import Logging
import Synchronization

/// Takes jobs when it is woken, and every second, and works on a bounded number of them at once.
final class JobLoop: Sendable {
    private struct State {
        var running = 0
        var hasFailed = false
    }

    private let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation
    private let state = Mutex(State())
    private let logger: Logger

    init(logger: Logger) {
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
                repeat { self.wake() } while (try? await Task.sleep(for: .seconds(1))) != nil
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
            if state.withLock({ exchange(&$0.hasFailed, with: false) }) { logger.notice("work can be taken up again") }
            return jobs
        } catch {
            if !state.withLock({ exchange(&$0.hasFailed, with: true) }) {
                logger.error("work cannot be taken up, trying again every second: \(error)")
            }
            return []
        }
    }

    private func exchange(_ value: inout Bool, with new: Bool) -> Bool {
        defer { value = new }
        return value
    }
}
