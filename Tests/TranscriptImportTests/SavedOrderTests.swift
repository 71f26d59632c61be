import AssistantsStore
import Testing

@testable import TranscriptImport

@Suite("The order of saved messages")
struct SavedOrderTests {
    private let fixture: ImportFixture

    init() async throws {
        fixture = try await ImportFixture()
    }

    // MARK: Direction

    @Test("a list is reversed if no date goes forward, also between pages of one message each")
    func newestFirst() async throws {
        let files = (0..<12).reversed().map { savedPage([11 - $0], number: $0) }
        try await fixture.run(files)
        #expect(try await fixture.ids(of: "s") == savedIDs(0..<12))
    }

    @Test("each session has a direction of its own, and a preview counts those that are reversed")
    func severalSessions() async throws {
        let files = [
            savedPage([2, 1], of: "a"), savedPage([0], of: "a", number: 1), savedPage([0, 1], of: "b"),
            savedPage([1], of: "c"),
            // Different bytes.
            savedPage([1, 0], of: "caf\u{E9}"), savedPage([0, 1], of: "cafe\u{301}"),
        ]
        let input = try fixture.input(files)
        let preview = try await TranscriptImporter(into: fixture.store, account: fixture.account).check(input)
        #expect(preview.reversedSessions == 2)
        try await fixture.run(files)
        #expect(try await fixture.ids(of: "a") == savedIDs(0..<3))
        #expect(try await fixture.ids(of: "b") == savedIDs(0..<2))
        #expect(try await fixture.ids(of: "caf\u{E9}") == savedIDs(0..<2))
        #expect(try await fixture.ids(of: "cafe\u{301}") == savedIDs(0..<2))
    }

    @Test(
        "a list whose dates mostly go forward is oldest first, and so is one of equal dates, unless another order is given"
    )
    func oldestFirst() async throws {
        let oneBack = [0: 0, 1: 4, 2: 2, 3: 3, 4: 5]
        try await fixture.run([
            savedPage(0..<4, second: { oneBack[$0] ?? 0 }), savedPage([4], number: 1, second: { oneBack[$0] ?? 0 }),
        ])
        #expect(try await fixture.ids(of: "s") == savedIDs(0..<5))
        let equal = [
            savedPage([0, 1], of: "t", second: { _ in 7 }), savedPage([2], of: "t", number: 1, second: { _ in 7 }),
        ]
        try await fixture.run(equal)
        #expect(try await fixture.ids(of: "t") == savedIDs(0..<3))
        try await fixture.run(equal.map { $0.replacing("\"t\"", with: "\"u\"") }, order: .newestFirst)
        #expect(try await fixture.ids(of: "u") == savedIDs((0..<3).reversed()))
    }

    @Test("a list whose dates go back more often than forward is refused, and stored in the order that is given")
    func bothWays() async throws {
        let files = [savedPage([5, 4, 3], number: 0), savedPage([2, 9, 1], number: 1)]
        #expect(
            await fixture.failure(files) == """
                The pages of session s do not list messages in one direction: aia_msg_2 (1, line 1, message 1) comes before \
                aia_msg_9 (1, line 1, message 2), which is later. Find the oldest message, then use --order newest-first or \
                --order oldest-first, which is the order of Understudy's lists. It is applied to all sessions. Nothing of the \
                input was stored.
                """
        )
        try await fixture.run(files, order: .newestFirst)
        #expect(try await fixture.ids(of: "s") == savedIDs([1, 9, 2, 3, 4, 5]))
        try await fixture.run(files.map { $0.replacing("\"s\"", with: "\"t\"") }, order: .oldestFirst)
        #expect(try await fixture.ids(of: "t") == savedIDs([5, 4, 3, 2, 9, 1]))
    }

    @Test("the time in an id counts more than a date, which a caller may have chosen")
    func times() async throws {
        func id(_ message: Int) -> String { "aia_msg_019abcd\(message)-f000-7000-8000-000000000000" }
        // Minutes apart, from an Understudy that was given other dates; in a list that is newest first, too.
        try await fixture.run([savedPage([0, 1, 2], second: { 9 - $0 }, id: id)])
        #expect(try await fixture.ids(of: "s") == (0..<3).map(id))
        try await fixture.run([savedPage([2, 1, 0], of: "t", second: { 9 - $0 }, id: id)])
        #expect(try await fixture.ids(of: "t") == (0..<3).map(id))
        // Not of version 7.
        func other(_ message: Int) -> String { id(message).replacing("-7000", with: "-8000") }
        try await fixture.run([savedPage([0, 1, 2], of: "u", second: { 9 - $0 }, id: other)])
        #expect(try await fixture.ids(of: "u") == (0..<3).reversed().map(other))
    }

    // MARK: Pages

    @Test("pages without numbers are in the natural order of their files' names, and in their order within a file")
    func withoutNumbers() async throws {
        let names = ["page-10", "page-9", "page-02", "page-1"]
        let files = [
            savedPage([6], number: nil), savedPage([5], number: nil),
            savedPage([3], number: nil) + savedPage([4], number: nil), savedPage([0, 1, 2], number: nil),
        ]
        try await fixture.run(files, names: names)
        #expect(try await fixture.ids(of: "s") == savedIDs(0..<7))
    }
}
