import Foundation
import Testing

@testable import SQLiteStore

@Suite("Threads for long reading")
struct ScanThreadsTests {
    @concurrent
    private func block(_ milliseconds: UInt32) async { usleep(milliseconds * 1_000) }

    @Test("as many work at once as there may be threads, and the rest wait", arguments: [1, 2, 4])
    func parallel(_ count: Int) async throws {
        for (jobs, range) in [(count, 600..<1_150), (count + 1, 1_200..<1_750)] {
            let threads = ScanThreads(count: count)
            let start = ContinuousClock.now
            await withTaskGroup { group in
                for number in 0..<jobs {
                    group.addTask {
                        // Not all at once: each finds the ones before it at work.
                        try? await Task.sleep(for: .milliseconds(20 * number))
                        await withTaskExecutorPreference(threads) { await block(600) }
                    }
                }
            }
            #expect(range.contains(Int(start.duration(to: .now) / .milliseconds(1))))
        }
    }

    @Test("threads end with what hands out their work")
    func ends() async throws {
        func count() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count }
        let before = try count()
        for _ in 0..<200 {
            let threads = ScanThreads(count: 2)
            await withTaskGroup { group in
                for _ in 0..<4 { group.addTask { await withTaskExecutorPreference(threads) { await block(0) } } }
            }
        }
        for _ in 0..<100 where try count() > before + 50 { try await Task.sleep(for: .milliseconds(20)) }
        #expect(try count() <= before + 50)
    }
}
