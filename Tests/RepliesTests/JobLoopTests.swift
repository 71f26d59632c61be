import Logging
import Synchronization
import Testing

@testable import Replies

@Suite("The loop that starts jobs")
struct JobLoopTests {
    private final class Jobs: Sendable {
        struct State {
            var waiting: Int
            var running = 0
            var mostRunning = 0
            var done = 0
        }

        let state: Mutex<State>

        init(_ count: Int) {
            state = Mutex(State(waiting: count))
        }

        /// As many as are asked for, while there are some.
        func take(_ count: Int) -> [Int] {
            state.withLock { state in
                let taken = min(count, state.waiting)
                state.waiting -= taken
                return Array(0..<taken)
            }
        }

        func work() async {
            state.withLock { state in
                state.running += 1
                state.mostRunning = max(state.mostRunning, state.running)
            }
            try? await Task.sleep(for: .milliseconds(5))
            state.withLock { state in
                state.running -= 1
                state.done += 1
            }
        }
    }

    @Test("it works on as many jobs at once as its limit says, and on no more", arguments: [1, 3])
    func limit(_ limit: Int) async throws {
        let jobs = Jobs(30)
        let loop = JobLoop(
            pollInterval: .milliseconds(1),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let running = Task {
            await loop.run(limit: limit) {
                jobs.take($0)
            } work: { _ in
                await jobs.work()
            }
        }
        let deadline = ContinuousClock.now + .seconds(10)
        while jobs.state.withLock(\.done) < 30, .now < deadline { try await Task.sleep(for: .milliseconds(5)) }
        running.cancel()
        await running.value
        let state = jobs.state.withLock(\.self)
        #expect(state.done == 30)
        #expect(state.mostRunning == limit)
    }
}
