import AssistantsStore
import TestSupport
import Testing

@testable import TranscriptImport

@Suite("Saved pages of sessions that have messages already")
struct LateMessagesTests {
    private let fixture: ImportFixture

    init() async throws {
        fixture = try await ImportFixture()
    }

    @Test("a page with messages that belong before stored ones is refused")
    func lateMessages() async throws {
        let pages = [
            savedPage([5, 4], size: 2), savedPage([3, 2], number: 1, size: 2), savedPage([1, 0], number: 2, size: 2),
        ]
        try await fixture.run([pages[0]])
        let error = await #expect(throws: ImportError.self) { try await fixture.run(pages + [savedPage([0], of: "t")]) }
        #expect(
            error?.description == """
                \(fixture.directory.file("2")): line 1, message 2, is new, but belongs before a message that its session already has, \
                and would be stored after it. If the pages have all messages of the session, delete the session, then import them \
                with one command. Nothing of the input was stored.
                """
        )
        #expect(try await fixture.ids(of: "s") == savedIDs([4, 5]))
        // In the middle, in a page of lists that were complete before, and behind another message that is new.
        try await fixture.run([savedPage([0, 1, 3, 5], of: "u")])
        let middle = await #expect(throws: ImportError.self) { try await fixture.run([savedPage(0..<7, of: "u")]) }
        #expect(middle?.description.hasPrefix("line 1, message 3, is new, but belongs before") == true)
    }

    @Test("pages that were imported in part are completed, also in parts of more than 1,000 messages")
    func completes() async throws {
        for (count, stored) in [(2, 2), (2, 0), (700, 698), (2_300, 1_600), (2_300, 0)] {
            let summary = try await fixture.run([savedPage(0..<count, second: { _ in 0 })])
            #expect(summary.messages.stored == stored)
        }
        #expect(try await fixture.ids(of: "s") == savedIDs(0..<2_300))
        try await fixture.run([savedPage(1_500..<3_500, of: "t", second: { _ in 0 })])
        let error = await #expect(throws: ImportError.self) {
            try await fixture.run([savedPage(0..<3_500, of: "t", second: { _ in 0 })])
        }
        #expect(error?.description.hasPrefix("line 1, message 1, is new, but belongs before") == true)
    }
}
