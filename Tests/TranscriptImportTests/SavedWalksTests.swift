import AssistantsStore
import Testing

@testable import TranscriptImport

@Suite("Saved pages of several walks, or with some of them missing")
struct SavedWalksTests {
    private let fixture: ImportFixture

    init() async throws {
        fixture = try await ImportFixture()
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
        (
            "polls of the newest pages",
            (0..<4).flatMap { poll in
                [(0, 4, [7, 6, 5, 4]), (1, 4, [3, 2, 1, 0])].map { ($0.0, $0.1, $0.2.map { $0 + 3 * poll }) }
            }, Array(0...16)
        ),
        ("a page that lists a message twice", [(0, 3, [0, 0, 1]), (0, 2, [0, 1])], [0, 1]),
        ("other page sizes that overlap", [(0, 2, [1, 2]), (1, 4, [0, 1, 2, 3])], [0, 1, 2, 3]),
        ("no page size", [(0, 0, [0, 1]), (0, 0, [0, 1, 2]), (1, 0, [2, 3]), (1, 0, [3, 4])], [0, 1, 2, 3, 4]),
    ]

    @Test("pages of several walks are merged", arguments: walks.indices)
    func merges(_ index: Int) async throws {
        let walk = Self.walks[index]
        let files = walk.pages.map { savedPage($0.2, number: $0.0, size: $0.1 == 0 ? nil : $0.1) }
        for (session, files) in [("s", files), ("t", files.reversed())] {
            let summary = try await fixture.run(files.map { $0.replacing("\"s\"", with: "\"\(session)\"") })
            #expect(try await fixture.ids(of: session) == savedIDs(walk.messages), "\(walk.name)")
            #expect(summary.messages.alreadyThere == walk.pages.reduce(0) { $0 + $1.2.count } - walk.messages.count)
        }
    }

    @Test("walks that do not say how they fit together, or contradict each other, are refused with what to do")
    func refusesToMerge() async throws {
        func pages(_ walk: [[Int]]) -> [String] {
            walk.enumerated().map { savedPage($0.element, number: $0.offset, size: 2) }
        }
        #expect(
            await fixture.failure(pages([[0, 1], [2]]) + pages([[4, 5], [6]])) == """
                The pages of session s do not say which of the messages aia_msg_0 (0, line 1, message 1) and aia_msg_4 (2, line \
                1, message 1) comes first: a page is missing, or they were saved from several lists. Add the missing page, or \
                import the pages of each list with a command of its own, oldest messages first. Nothing of the input was stored.
                """
        )
        let walks = [pages([[3, 2], [1, 0]]), pages([[7, 6], [5, 4], [3, 2]])]
        let error = await fixture.failure(walks[0] + walks[1])
        #expect(error.contains("which of the messages aia_msg_4 ("), "\(error)")
        #expect(error.contains(" and aia_msg_3 (") || error.contains(" and aia_msg_2 ("), "\(error)")
        for walk in walks { try await fixture.run(walk) }
        #expect(try await fixture.ids(of: "s") == savedIDs(0..<8))
    }

    @Test("walks without numbers are told apart by the names of their files")
    func namedWalks() async throws {
        func run(_ session: String, _ pages: KeyValuePairs<String, [Int]>) async throws {
            try await fixture.run(
                pages.map { savedPage($0.value, of: session, number: nil) },
                names: pages.map(\.key)
            )
        }
        try await run("s", ["a-1": [3, 2], "a-2": [1, 0], "b-1": [5, 4], "b-2": [3, 2], "b-3": [1, 0]])
        #expect(try await fixture.ids(of: "s") == savedIDs(0..<6))
        try await run("t", ["a-1": [0, 2], "a-2": [3], "b-1": [0, 1], "b-2": [2, 3]])
        #expect(try await fixture.ids(of: "t") == savedIDs(0..<4))
    }

    /// Pages that leave their order open: each page's file, number, page size, and messages.
    private static let unclear: [(name: String, pages: [(String, Int?, Int?, [Int])])] = [
        (
            "names without numbers",
            [("zz", nil, nil, [0, 1, 2]), ("aa", nil, nil, [3, 4, 5]), ("mm", nil, nil, [6, 7])]
        ),
        ("a page without a number", [("c", 0, 2, [0, 1]), ("b", 1, 2, [2, 3]), ("a", nil, nil, [4, 5])]),
        ("several page sizes", [("1", 1, 10, Array(10..<20)), ("2", 3, 2, [6, 7]), ("3", 0, 2, [0, 1])]),
        ("a missing page", [("1", 0, 2, [0, 1]), ("2", 2, 2, [4, 5])]),
        ("a page that several walks miss", [("1", 0, 2, [0, 1]), ("2", 2, 2, [4, 5]), ("3", 0, 2, [1, 2])]),
        ("newest first, saved at two times", [("1", 0, 2, [5, 4]), ("2", 1, 2, [7, 6])]),
        ("newest first, one message a page", [("1", 0, 1, [5]), ("2", 1, 1, [7]), ("3", 2, 1, [6]), ("4", 3, 1, [8])]),
        (
            "two walks with names of one kind",
            [("1", nil, nil, [3, 2]), ("2", nil, nil, [1, 0]), ("3", nil, nil, [5, 4]), ("4", nil, nil, [3, 2])]
        ),
        ("names that differ in other numbers", [("1-1", nil, nil, [0, 1]), ("2-1", nil, nil, [2, 3])]),
        ("pages reversed one by one", [("1", 0, 2, [4, 5]), ("2", 1, 2, [2, 3]), ("3", 2, 2, [0, 1])]),
        ("times that contradict the numbers", [("1", 0, 2, [5, 6]), ("2", 1, 2, [2, 3]), ("3", 1, 2, [3, 4])]),
        ("pages that contradict each other", [("1", 0, 2, [0, 1]), ("2", 1, 2, [1, 0])]),
    ]

    @Test("pages whose order is unclear are refused", arguments: unclear.indices)
    func unclearOrder(_ index: Int) async throws {
        let (name, pages) = Self.unclear[index]
        let files = pages.map { savedPage($0.3, number: $0.1, size: $0.2) }
        for order in [nil, SavedListOrder.newestFirst] {
            let error = await fixture.failure(files, names: pages.map(\.0), order: order)
            #expect(error.contains(" comes first: a page is missing, or "), "\(name): \(error)")
        }
    }

    @Test("copies of pages cost no more than one of each")
    func copies() throws {
        let pages = try (0..<200).map { index in
            let number = index % 2
            let location = ImportInput.PageLocation(file: index, offset: 0, size: 0, line: 1)
            let json = savedPage([number]).dropFirst("{\"messages\":[".count)
            let message = try #require(json.split(separator: "]").first)
            return SavedList.Page(
                location: location,
                number: number,
                pageSize: 1,
                fileName: "",
                messages: [ListedMessage(PlacingFields(json: Array(message.utf8)[...]))]
            )
        }
        let list = SavedList(pages)
        #expect(list.followingPages().map(\.following) == [[1], []])
        #expect(try list.pieces(nil).pieces.count == 200)
    }
}
