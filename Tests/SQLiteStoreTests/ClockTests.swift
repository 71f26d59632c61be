import AssistantsStore
import Synchronization
import TestSupport
import Testing

@testable import SQLiteStore
@testable import StoreConformance

@Suite("The clock of leases and due times")
struct ClockTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("understudy.sqlite")
    }

    /// A store whose clock is so much ahead of the system's.
    private func store(ahead offset: Duration) throws -> SQLiteStore {
        let clock = StoreClock { Timestamp(microseconds: Timestamp.now.microseconds + offset.microseconds) }
        return try SQLiteStore(path: path, migrator: Migrations.all, clock: clock)
    }

    @Test(
        "a new server takes turns and callbacks over at once, however its clock differs from that of the server before it",
        arguments: [-86_400, -3_600, 0, 3_600]
    )
    func takesOver(offset: Int) async throws {
        let fixture = try await TurnFixture(store(ahead: .zero))
        try await fixture.accept("done", in: "done")
        for turn in try await fixture.begin() {
            try await fixture.finish(turn, reply: nil, callback: TurnFixture.callback)
        }
        let attempt = try #require(try await fixture.take().first)
        try await fixture.base.store.record(.failed(error: "why", delay: .seconds(1_800)), of: attempt)
        for text in ["begun", "waiting"] { try await fixture.accept(text, in: "s") }
        #expect(try await fixture.begin().map(\.id.text) == ["begun"])

        let store = try store(ahead: .seconds(offset))
        try await store.takeOver()
        let worker = WorkerID.unique()
        for text in ["begun", "waiting"] {
            let turns = try await store.beginTurns(as: worker, limit: 9, lease: .seconds(10), at: .now)
            #expect(turns.map(\.id.text) == [text])
            for turn in turns { try await fixture.finish(turn, reply: "reply", as: worker) }
        }
        #expect(try await store.takeCallbacks(limit: 9, lease: .seconds(30)).map(\.attempts) == [2])
    }

    @Test("the clock advances with the time that passes, and starts at the system's")
    func steady() async throws {
        let (before, clock) = (Timestamp.now, StoreClock.steady())
        let start = clock.now
        #expect((0..<1_000_000).contains(start - before.microseconds))
        try await Task.sleep(for: .milliseconds(50))
        #expect((50_000..<1_000_000).contains(clock.now - start))
    }

    @Test("a callback is due at once when another process, whose clock may be ahead, resends it")
    func resend() async throws {
        let fixture = try await TurnFixture(store(ahead: .zero))
        try await fixture.callBack()
        try await fixture.base.store.record(.givenUp(error: "why"), of: #require(try await fixture.take().first))
        try await store(ahead: .seconds(3_600)).resendCallback(1)
        #expect(try await fixture.take().map(\.attempts) == [1])
    }
}
