import AssistantsStore
import Testing

@testable import TranscriptImport

@Suite("The order of saved messages")
struct SavedOrderTests {
    private let fixture: ImportFixture

    init() async throws {
        fixture = try await ImportFixture()
    }

    /// A page of the messages of these numbers. By default, message 1 is a second later than message 0.
    private func page(
        _ messages: [Int],
        of session: String = "s",
        number: Int? = 0,
        size: Int? = nil,
        second: (Int) -> Int = { $0 },
        id: (Int) -> String = { "aia_msg_\($0)" }
    ) -> String {
        let messages = messages.map { message in
            let second = second(message)
            let date = "2026-06-01T09:3\(second / 60):\(second % 60 / 10)\(second % 10)Z"
            return """
                {"id":"\(id(message))","session_id":"\(session)","role":"user","content":{},"date_created":"\(date)"}
                """
        }
        let meta = [("page", number), ("page_size", size)].compactMap { name, value in value.map { "\"\(name)\":\($0)" }
        }
        return "{\"messages\":[\(messages.joined(separator: ","))],\"meta\":{\(meta.joined(separator: ","))}}"
    }

    private func ids(_ messages: some Sequence<Int>) -> [String] { messages.map { "aia_msg_\($0)" } }

    // MARK: Direction

    @Test("a list is turned round if no date goes forward, also between pages of one message each")
    func newestFirst() async throws {
        let files = (0..<12).reversed().map { page([11 - $0], number: $0) }
        try await fixture.run(files)
        #expect(try await fixture.ids(of: "s") == ids(0..<12))
    }

    @Test("each session has a direction of its own, and a preview counts those that are turned round")
    func severalSessions() async throws {
        let files = [
            page([2, 1], of: "a"), page([0], of: "a", number: 1), page([0, 1], of: "b"), page([1], of: "c"),
            // Different bytes.
            page([1, 0], of: "caf\u{E9}"), page([0, 1], of: "cafe\u{301}"),
        ]
        let input = try fixture.input(files)
        let preview = try await TranscriptImporter(into: fixture.store, account: fixture.account).check(input)
        #expect(preview.reversedSessions == 2)
        try await fixture.run(files)
        #expect(try await fixture.ids(of: "a") == ids(0..<3))
        #expect(try await fixture.ids(of: "b") == ids(0..<2))
        #expect(try await fixture.ids(of: "caf\u{E9}") == ids(0..<2))
        #expect(try await fixture.ids(of: "cafe\u{301}") == ids(0..<2))
    }

    @Test(
        "a list whose dates mostly go forward is oldest first, and so is one of equal dates, unless another order is given"
    )
    func oldestFirst() async throws {
        let oneBack = [0: 0, 1: 4, 2: 2, 3: 3]
        try await fixture.run([
            page([0, 1], second: { oneBack[$0] ?? 0 }), page([2, 3], number: 1, second: { oneBack[$0] ?? 0 }),
        ])
        #expect(try await fixture.ids(of: "s") == ids(0..<4))
        let equal = [page([0, 1], of: "t", second: { _ in 7 }), page([2], of: "t", number: 1, second: { _ in 7 })]
        try await fixture.run(equal)
        #expect(try await fixture.ids(of: "t") == ids(0..<3))
        try await fixture.run(equal.map { $0.replacing("\"t\"", with: "\"u\"") }, order: .newestFirst)
        #expect(try await fixture.ids(of: "u") == ids((0..<3).reversed()))
    }

    @Test("a list whose dates go back more often than forward is refused, and stored in the order that is given")
    func bothWays() async throws {
        let files = [page([5, 4, 3], number: 0), page([2, 9, 1], number: 1)]
        #expect(
            await fixture.failure(files) == """
                The pages of session s list most messages newest first, but aia_msg_2 (1, line 1, message 1) before aia_msg_9 \
                (1, line 1, message 2), which is later. Look which message is the oldest, and give --order newest-first or \
                --order oldest-first, which is the order of Understudy's lists. It is applied to all sessions. Nothing of the \
                input was stored.
                """
        )
        try await fixture.run(files, order: .newestFirst)
        #expect(try await fixture.ids(of: "s") == ids([1, 9, 2, 3, 4, 5]))
        try await fixture.run(files.map { $0.replacing("\"s\"", with: "\"t\"") }, order: .oldestFirst)
        #expect(try await fixture.ids(of: "t") == ids([5, 4, 3, 2, 9, 1]))
    }

    @Test("the time in an id counts more than a date, which a caller may have chosen")
    func times() async throws {
        func id(_ message: Int) -> String { "aia_msg_019abcd\(message)-f000-7000-8000-000000000000" }
        // Minutes apart, from an Understudy that was given other dates; in a list that is newest first, too.
        try await fixture.run([page([0, 1, 2], second: { 9 - $0 }, id: id)])
        #expect(try await fixture.ids(of: "s") == (0..<3).map(id))
        try await fixture.run([page([2, 1, 0], of: "t", second: { 9 - $0 }, id: id)])
        #expect(try await fixture.ids(of: "t") == (0..<3).map(id))
        // Not of version 7.
        func other(_ message: Int) -> String { id(message).replacing("-7000", with: "-8000") }
        try await fixture.run([page([0, 1, 2], of: "u", second: { 9 - $0 }, id: other)])
        #expect(try await fixture.ids(of: "u") == (0..<3).reversed().map(other))
    }

    // MARK: Pages

    @Test("pages without numbers are in the natural order of their files' names, and in their order within a file")
    func withoutNumbers() async throws {
        let names = ["page-10", "page-9b", "page-09a", "p"]
        let files = [
            page([6], number: nil), page([5], number: 9), page([3], number: nil) + page([4], number: 0),
            page([0, 1, 2]),
        ]
        try await fixture.run(files, names: names)
        #expect(try await fixture.ids(of: "s") == ids(0..<7))
    }

    /// Walks of one list: each page's number, page size, and messages.
    private static let walks: [(name: String, pages: [(Int, Int, [Int])], messages: [Int])] = [
        (
            "a smaller page size", [(0, 2, [0, 1]), (1, 2, [2, 3]), (2, 2, [4]), (0, 4, [0, 1, 2, 3]), (1, 4, [4])],
            [0, 1, 2, 3, 4]
        ),
        (
            "large pages that begin later",
            [
                (0, 2, [0, 1]), (3, 2, [6, 7]), (2, 2, [4, 5]), (1, 2, [2, 3]), (1, 5, [5, 6, 7, 8, 9]), (2, 5, [10]),
            ], Array(0...10)
        ),
        (
            "messages that came later", [(0, 2, [0, 1]), (1, 2, [2]), (0, 2, [0, 1]), (1, 2, [2, 3]), (2, 2, [4])],
            [0, 1, 2, 3, 4]
        ),
        (
            "deleted messages", [(0, 3, [0, 1, 2]), (1, 3, [3, 4]), (0, 3, [0, 2, 3]), (1, 3, [4, 5])],
            [0, 1, 2, 3, 4, 5]
        ),
        (
            "newer messages in front",
            [
                (0, 2, [3, 2]), (1, 2, [1, 0]), (0, 2, [5, 4]), (1, 2, [3, 2]), (0, 3, [5, 4, 3]), (1, 3, [2, 1, 0]),
            ], [0, 1, 2, 3, 4, 5]
        ),
        (
            "one newer message in front",
            [(0, 2, [3, 2]), (1, 2, [1, 0]), (0, 2, [4, 3]), (1, 2, [2, 1]), (2, 2, [0])], [0, 1, 2, 3, 4]
        ),
        (
            "a page that overlaps the one before", [(0, 3, [0, 1, 2]), (1, 3, [1, 2, 3]), (2, 3, [4])], [0, 1, 2, 3, 4]
        ),
        ("no page size", [(0, 0, [0, 1]), (0, 0, [0, 1, 2]), (1, 0, [2, 3]), (1, 0, [3, 4])], [0, 1, 2, 3, 4]),
    ]

    @Test("pages of several walks are merged", arguments: walks.indices)
    func merges(_ index: Int) async throws {
        let walk = Self.walks[index]
        let files = walk.pages.map { page($0.2, number: $0.0, size: $0.1 == 0 ? nil : $0.1) }
        for (session, files) in [("s", files), ("t", files.reversed())] {
            let summary = try await fixture.run(files.map { $0.replacing("\"s\"", with: "\"\(session)\"") })
            #expect(try await fixture.ids(of: session) == ids(walk.messages), "\(walk.name)")
            #expect(summary.messages.alreadyThere == walk.pages.reduce(0) { $0 + $1.2.count } - walk.messages.count)
        }
    }

    @Test("walks that do not say how they fit together, or contradict each other, are refused with what to do")
    func refusesToMerge() async throws {
        func pages(_ walk: [[Int]]) -> [String] {
            walk.enumerated().map { page($0.element, number: $0.offset, size: 2) }
        }
        #expect(
            await fixture.failure(pages([[0, 1], [2]]) + pages([[4, 5], [6]])) == """
                The pages of session s were saved from several lists, and do not say which of the messages aia_msg_0 (0, line 1, \
                message 1) and aia_msg_4 (2, line 1, message 1) comes first. Import the pages of each list by a command of its \
                own, earlier lists first. Nothing of the input was stored.
                """
        )
        let walks = [pages([[3, 2], [1, 0]]), pages([[7, 6], [5, 4], [3, 2]])]
        let error = await fixture.failure(walks[0] + walks[1])
        #expect(error.contains("which of the messages aia_msg_4 ("), "\(error)")
        #expect(error.contains(" and aia_msg_3 (") || error.contains(" and aia_msg_2 ("), "\(error)")
        for walk in walks { try await fixture.run(walk) }
        #expect(try await fixture.ids(of: "s") == ids(0..<8))
    }
}
