import AssistantsStore
import TestSupport
import Testing

@testable import SQLiteStore
@testable import StoreConformance

@Suite("States of a SQLite store")
struct StoreStateTests {
    private let directory: TemporaryDirectory
    private let store: SQLiteStore

    init() throws {
        directory = try TemporaryDirectory()
        store = try SQLiteStore(path: directory.file("understudy.sqlite"))
    }

    /// - Parameter write: changes what is stored.
    private func expectChange(at location: SourceLocation = #_sourceLocation, _ write: () async throws -> Void)
        async throws
    {
        let before = store.state
        #expect(before != nil, sourceLocation: location)
        #expect(store.state == before, sourceLocation: location)
        try await write()
        #expect(store.state != before, sourceLocation: location)
    }

    @Test("a state changes with every write, and with no reading")
    func writes() async throws {
        let fixture = try await Fixture(store)
        let (reference, id) = (SessionReference("s"), MessageID(unchecked: "a"))
        try await expectChange { try await fixture.put(["a", "b"], in: "s") }
        try await expectChange { _ = try await fixture.append([.number(1)], to: "s") }
        try await expectChange {
            _ = try await store.update(
                id,
                of: reference,
                in: fixture.account,
                with: MessageChanges(content: try JSONObject(#"{"n":2}"#), meta: nil),
                at: .now
            )
        }
        try await expectChange { try await store.delete(id, of: reference, in: fixture.account) }
        let state = store.state
        _ = try await fixture.walk("s", size: 1)
        _ = try await store.sessions(of: fixture.account, page: PageRequest(.first, size: 5))
        #expect(store.state == state)
        try await expectChange { try await store.delete(reference, in: fixture.account) }
    }

    @Test("a state changes with what others write, who may be other processes")
    func others() async throws {
        let fixture = try await Fixture(store)
        let other = try SQLiteStore(path: directory.file("understudy.sqlite"))
        try await expectChange {
            _ = try await other.importMessages([.text("a", in: "s")], to: fixture.account, defaults: Fixture.defaults)
        }
        #expect(try await fixture.page(of: "s", .first, size: 5).texts == ["a"])
        #expect(other.state == store.state)
    }

    @Test("a state that has not changed means that a page has not, however many write meanwhile")
    func concurrency() async throws {
        let fixture = try await Fixture(store)
        let other = try SQLiteStore(path: directory.file("understudy.sqlite"))
        try await fixture.put(["0"], in: "s")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (writer, store) in [store, other].enumerated() {
                group.addTask {
                    for number in 1...200 {
                        _ = try await store.importMessages(
                            [.text("\(writer)-\(number)", in: "s")],
                            to: fixture.account,
                            defaults: Fixture.defaults
                        )
                    }
                }
            }
            group.addTask {
                for _ in 1...2_000 {
                    let before = self.store.state
                    let first = try await fixture.page(of: "s", .first, size: 1_000).texts
                    let second = try await fixture.page(of: "s", .first, size: 1_000).texts
                    // What was read first is what is there for as long as the state is the same.
                    if self.store.state == before { #expect(first == second) }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("once a write has been acknowledged, the state is different")
    func acknowledged() async throws {
        let fixture = try await Fixture(store)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 1...8 {
                group.addTask {
                    for number in 1...50 {
                        let before = self.store.state
                        try await fixture.put(["\(number)"], in: "s\(writer)")
                        #expect(self.store.state != before)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("a state fits where asynchronous functions keep it, whose memory is aligned to 16 bytes")
    func alignment() {
        #expect(MemoryLayout<StoreState>.alignment <= 16)
    }
}
