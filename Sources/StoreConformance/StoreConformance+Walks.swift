import AssistantsStore
import TestSupport
import Testing

extension StoreConformance {
    static let walks = [
        StoreConformance("a walk under writes meets each message that was there exactly once, and then new ones") {
            store in
            let fixture = try await Fixture(store)
            for seed in 0..<20 as Range<UInt64> {
                try await walkUnderWrites(fixture, seed: seed)
            }
        },
        StoreConformance("walks while writers append side by side are exact, in either order") { store in
            let fixture = try await Fixture(store)
            let stable = (1...200).map { "stable\($0)" }
            try await fixture.put(stable, in: "s")
            try await withThrowingTaskGroup { group in
                for writer in 1...4 {
                    group.addTask {
                        for number in 1...50 { try await fixture.put(["w\(writer)-\(number)"], in: "s") }
                    }
                }
                for size in [1, 7, 50] {
                    let met = try await fixture.walk("s", size: size).flatMap(\.self)
                    #expect(Array(met.prefix(stable.count)) == stable)
                    #expect(Set(met).count == met.count)
                    for writer in 1...4 {
                        let own = met.filter { $0.hasPrefix("w\(writer)-") }
                        #expect(own == (0..<own.count).map { "w\(writer)-\($0 + 1)" }, "writer \(writer) in its order")
                    }
                    // What is appended during a walk from the newest is behind the walker.
                    let backward = try await fixture.walk("s", in: .descending, size: size).flatMap(\.self)
                    #expect(Array(backward.suffix(met.count)) == met.reversed())
                    #expect(Set(backward).count == backward.count)
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.walk("s", size: 1_000).flatMap(\.self).count == 400)
        },
    ]

    /// A session of random length, walked at every page size with appends on the way, against an array as the model.
    private static func walkUnderWrites(_ fixture: Fixture, seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let session = "walk\(seed)"
        var model: [String] = []
        func write(_ count: Int, _ random: inout SeededGenerator) async throws {
            let texts = (0..<count).map { "\(session)-\(model.count + $0)" }
            // Equal times, and times that run backwards: the order is that of acceptance.
            let messages = try texts.map { text in
                let date = Timestamp(microseconds: .random(in: 0...3, using: &random) * 1_000_000)
                return try NewMessage.text(text, in: session, date: date)
            }
            try await fixture.put(messages)
            model += texts
        }
        try await write(.random(in: 1...60, using: &random), &random)
        for size in [1, 2, 7, 50, 1_000, model.count + 1] {
            let atStart = model
            let met = try await fixture.walk(session, size: size) { page in
                if page <= 3 { try await write(.random(in: 0...3, using: &random), &random) }
            }.flatMap(\.self)
            #expect(Array(met.prefix(atStart.count)) == atStart, "seed \(seed), page size \(size)")
            #expect(met == Array(model.prefix(met.count)), "seed \(seed), page size \(size)")
            let newestFirst = Array(model.reversed())
            let backward = try await fixture.walk(session, in: .descending, size: size) { page in
                if page <= 3 { try await write(.random(in: 0...3, using: &random), &random) }
            }.flatMap(\.self)
            #expect(backward == newestFirst, "seed \(seed), page size \(size)")
        }
        #expect(try await fixture.walk(session, size: 7).flatMap(\.self) == model, "seed \(seed)")
    }
}
