import Foundation
import TestSupport
import Testing

@testable import AssistantsAPI

@Suite("Random operations")
struct ModelTests {
    private static let operations = 40

    /// Seeds of now; `DEV_SEED` replays one.
    private static var seeds: Range<UInt64> {
        if let seed = ProcessInfo.processInfo.environment["DEV_SEED"].flatMap(UInt64.init) {
            return seed..<seed + 1
        }
        return 0..<(Reliability.isSoak ? 10_000 : 200)
    }

    @Test("many random operations equal a simple model; a seed that fails is named, and DEV_SEED replays it")
    func equalModel() async throws {
        let server = try await TestServer()
        for seed in Self.seeds {
            var run = try await ModelRun(server, seed: seed)
            do {
                for _ in 0..<Self.operations { try await run.step() }
                try await run.compareAll()
            } catch {
                Issue.record("DEV_SEED=\(seed): \(error), after \(run.history.suffix(12))")
                return
            }
        }
        try Reliability.record(
            "Many random operations equal a simple model",
            "\(Self.seeds.count) seeds of \(Self.operations) operations",
            test: "ModelTests.swift"
        )
    }
}
