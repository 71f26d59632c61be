import Foundation
import Synchronization
import Testing

@testable import SQLiteStore

@Suite("Threads for long reading")
struct ScanThreadsTests {
    /// Jobs that wait until as many run as there may be.
    private final class Jobs: Sendable {
        private let limit: Int
        private let counts = Mutex((now: 0, most: 0))

        init(limit: Int) {
            self.limit = limit
        }

        /// How many have run at once.
        var most: Int { counts.withLock(\.most) }

        func run() {
            counts.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            for _ in 0..<10_000 where most < limit { usleep(1_000) }
            usleep(50_000)
            counts.withLock { $0.now -= 1 }
        }
    }

    @concurrent
    private func work(_ body: () -> Void) async { body() }

    @Test("as many jobs run at once as there may be threads, and the rest wait", arguments: [1, 2, 4])
    func parallel(_ limit: Int) async {
        // With exactly as many, the last one finds all the others at work.
        for count in [limit, limit + 1] {
            let (threads, jobs) = (ScanThreads(count: limit), Jobs(limit: limit))
            await withTaskGroup { group in
                for _ in 0..<count {
                    group.addTask { await withTaskExecutorPreference(threads) { await work(jobs.run) } }
                    try? await Task.sleep(for: .milliseconds(20))
                }
            }
            #expect(jobs.most == limit)
        }
    }

    @Test("threads end with what hands out their work")
    func ends() async throws {
        /// How many threads there are of all such executors.
        func count() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count { thread in
                let name = try? String(contentsOfFile: "/proc/self/task/\(thread)/comm", encoding: .utf8)
                return name?.hasPrefix("scan-") == true
            }
        }
        for _ in 0..<200 {
            let threads = ScanThreads(count: 2)
            await withTaskGroup { group in
                for _ in 0..<4 { group.addTask { await withTaskExecutorPreference(threads) { await work {} } } }
            }
        }
        // Stores of other tests have some, too.
        for _ in 0..<1_500 where try count() > 20 { try await Task.sleep(for: .milliseconds(20)) }
        #expect(try count() <= 20)
    }
}
