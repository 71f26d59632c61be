import AssistantsStore
import Foundation
import SQLiteStore
import TestSupport
import Testing

@testable import TranscriptImport

@Suite("Importing saved pages and several files")
struct SavedPageTests {
    private let directory: TemporaryDirectory
    private let store: SQLiteStore
    private let account = AccountSID.random()

    init() async throws {
        directory = try TemporaryDirectory()
        store = try SQLiteStore(path: directory.file("understudy.sqlite"))
        try await store.create(
            Account(sid: account, name: "", dateCreated: .now),
            token: StoredAuthToken(digest: [], sealed: [])
        )
    }

    // MARK: Pages

    /// Messages of a session as a page of it, like the retired API's.
    private func page(
        _ numbers: Range<Int>,
        of session: String = "s",
        number: Int?,
        isNewestFirst: Bool = false,
        isPretty: Bool = false
    ) throws -> String {
        let messages: [[String: Any]] = (isNewestFirst ? numbers.reversed() : Array(numbers)).map { index in
            [
                "id": "aia_msg_\(index)", "account_sid": "AC1", "assistant_id": "aia_asst_1", "session_id": session,
                "identity": "user_id:alice", "role": "user", "content": ["content": "\"{ \(index) }\\"], "meta": [:],
                "date_created": "2026-06-01T09:30:0\(index / 2)Z", "date_updated": "2026-06-01T09:30:10Z",
            ]
        }
        var meta: [String: Any] = ["key": "messages", "page_size": numbers.count, "next_page_url": NSNull()]
        meta["page"] = number
        let json = try JSONSerialization.data(
            withJSONObject: ["messages": messages, "meta": meta],
            options: isPretty ? [.sortedKeys, .prettyPrinted] : .sortedKeys
        )
        return String(decoding: json, as: UTF8.self)
    }

    @Test("pages of a session are put in their order, whatever the files', and what is on two is stored once")
    func order() async throws {
        let files = [
            try page(4..<6, number: 2), try page(0..<2, number: 0), try page(2..<4, number: 1),
            // Of a walk with larger pages, one of them laid out in lines.
            try page(3..<6, number: 1), try page(0..<3, number: 0, isPretty: true),
        ]
        let summary = try await run(files)
        #expect(summary.messages.stored == 6 && summary.messages.alreadyThere == 6)
        #expect(try await ids(of: "s") == (0..<6).map { "aia_msg_\($0)" })
        #expect(try await run(files.reversed()).messages.stored == 0)
        #expect(try await contents(of: "s").first == #"{"content":"\"{ 0 }\\"}"#)
    }

    @Test(
        "one file may have many pages, of several sessions, on lines of their own or not",
        arguments: ["\n", " ", ""]
    )
    func manyInOneFile(_ separator: String) async throws {
        let pages = [
            try page(2..<4, number: 1), try page(0..<2, of: "t", number: 0), try page(0..<2, number: 0, isPretty: true),
        ]
        let summary = try await run(["\u{FEFF} " + pages.joined(separator: separator) + "\n"])
        #expect(summary.messages.stored == 6 && summary.sessions == 2)
        #expect(try await ids(of: "s") == (0..<4).map { "aia_msg_\($0)" })
    }

    @Test("pages that list the newest message first are turned round, also where two are of one second")
    func newestFirst() async throws {
        let files = [(0..<2, 1), (2..<6, 0), (0..<1, 2)]
        _ = try await run(try files.map { try page($0, number: $1, isNewestFirst: true) })
        #expect(try await ids(of: "s") == (0..<6).map { "aia_msg_\($0)" })
        let error = await #expect(throws: ImportError.self) {
            try await run([try page(6..<10, number: 0, isNewestFirst: true).replacing("aia_msg_6", with: "6")])
        }
        #expect(error?.description.hasPrefix("line 1, message 4, has a bad \"id\"") == true)
    }

    @Test("pages without numbers are in the order of their files")
    func withoutNumbers() async throws {
        _ = try await run([try page(2..<4, number: nil), try page(0..<2, number: 0)])
        #expect(try await ids(of: "s") == [2, 3, 0, 1].map { "aia_msg_\($0)" })
    }

    @Test("what is wrong in a page is named with its file, its line, and the message")
    func badPages() async throws {
        let other = try page(0..<2, number: 1).replacing("{ 1 }", with: "changed")
        let error = await failure([
            try page(0..<2, number: 0) + "\n{}",
            other,
            #"{"messages":[{"session_id":"s","role":"user","content":{}}, 7]}"#,
            try page(0..<1, number: 0).replacing("\"meta\":{}", with: "\"color\":1"),
        ])
        #expect(
            error.replacing(directory.path + "/", with: "") == """
                5 messages cannot be imported:
                  1: line 1, message 2, has the id of an earlier message of its session, but other content
                  2: line 1, message 1, has no "id"
                  2: line 1, message 2, is a number: it must be an object
                  3: line 1, message 1, has an unknown field "color"; allowed: id, account_sid, assistant_id, session_id, \
                identity, role, content, meta, date_created, date_updated
                  0: line 2 is not a saved page: it has no array "messages"
                Nothing of the input was stored.
                """
        )
    }

    @Test("a number that no double holds is refused in a page, or accepted where that is asked for")
    func numbers() async throws {
        let text = try page(0..<1, number: 0).replacing("\"meta\":{}", with: "\"meta\":{\"n\":1e400}")
        #expect(await failure([text]).hasPrefix("line 1, message 1, is not a JSON object: the number of \"n\""))
        let importer = TranscriptImporter(into: store, account: account, numbers: .any)
        #expect(try await importer.run(input([text])).messages.stored == 1)
    }

    // MARK: Lines

    private func line(_ number: Int, of session: String = "s") -> String {
        #"{"session_id":"\#(session)","role":"\#(number.isMultiple(of: 2) ? "user" : "tool")","content":{"n":\#(number)}}"#
    }

    @Test("several files are one input: their equal lines are different messages")
    func severalFiles() async throws {
        let files = ["\(line(1))\n\(line(2))", "\(line(1))\n"]
        #expect(try await run(files).messages.stored == 3)
        #expect(try await contents(of: "s") == ["{\"n\":1}", "{\"n\":2}", "{\"n\":1}"])
        #expect(try await run(["\(line(1))\n\(line(2))\n\(line(1))"]).messages.alreadyThere == 3)
    }

    @Test("the first 20 messages that cannot be imported are named, whatever is wrong with them")
    func manyBadLines() async throws {
        let long =
            #"{"session_id":"s","role":"user","content":{"content":"\#(String(repeating: "x", count: 2 << 20))"}}"#
        let tooLong = String(repeating: "y", count: 10 << 20)
        let error = await failure([([long, tooLong, line(1)] + (1...30).map { "bad \($0)" }).joined(separator: "\n")])
        let lines = error.split(separator: "\n")
        #expect(lines.count == 22)
        #expect(lines.first == "The first 20 messages that cannot be imported:")
        #expect(lines[1] == "  line 1 has a \"content\" of more than 1048576 bytes")
        #expect(lines[2] == "  line 2 is longer than 4194304 bytes")
        #expect(lines[3].hasPrefix("  line 4 is not a JSON object"))
        #expect(lines[20].hasPrefix("  line 21 "))
        #expect(lines.last == "Nothing of the input was stored.")
    }

    @Test("a preview counts what would be stored, and stores nothing")
    func preview() async throws {
        _ = try await run([(1...3).map { line($0) }.joined(separator: "\n")])
        let pages = [try page(0..<3, number: 0), try page(2..<5, number: 1)]
        let input = try input([(1...6).map { line($0) }.joined(separator: "\n")] + pages)
        let preview = try await TranscriptImporter(into: store, account: account).check(input)
        #expect(preview.messages.stored == 3 + 5)
        #expect(preview.messages.alreadyThere == 3 + 1)
        #expect(preview.sessions == 1)
        #expect(preview.roles == [.user: 9, .tool: 3])
        #expect(try await contents(of: "s").count == 3)
    }

    @Test("an interrupted import says how far it is, and the same one stores the rest")
    func interrupted() async throws {
        let lines = (1...3_000).map { line($0) }.joined(separator: "\n")
        var calls = 0
        let importer = TranscriptImporter(into: store, account: account) {
            calls += 1
            // The check asks three times.
            return calls > 5
        }
        let error = await #expect(throws: ImportError.self) { try await importer.run(input([lines])) }
        let stored = try await contents(of: "s").count
        #expect((32..<3_000).contains(stored))
        #expect(
            error?.description == """
                Interrupted. The input is stored up to line \(stored): \(stored) messages by this command. The same command \
                continues.
                """
        )
        #expect(try await run([lines]).messages.stored == 3_000 - stored)
        let checking = TranscriptImporter(into: store, account: account) { true }
        let early = await #expect(throws: ImportError.self) { try await checking.run(input([lines])) }
        #expect(early?.description.hasPrefix("Interrupted while the input was being checked.") == true)
    }

    @Test(
        "what is neither lines nor pages is recognized, with what to do",
        arguments: [
            ("[{\"session_id\":\"s\"}]", "is a JSON array"), ("[\n  {\n", "is a JSON array"),
            ("session_id,role,content\ns,user,Hello\n", "looks like CSV"), ("\"Role\";\"Text\"\r\n", "looks like CSV"),
            ("{\n  \"session_id\": \"s\",\n  \"role\": \"user\"\n}\n", "has messages that go over several lines"),
        ]
    )
    func otherForms(_ text: String, _ form: String) async throws {
        let error = await failure([text])
        #expect(error.contains(form), "\(error)")
        #expect(error.contains("Convert"), "\(error)")
    }

    // MARK: Helpers

    private func input(_ files: [String]) throws -> ImportInput {
        let paths = try files.enumerated().map { index, text in
            let path = directory.file("\(index)")
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            return path
        }
        return try ImportInput(paths: paths)
    }

    private func run(_ files: [String]) async throws -> ImportSummary {
        try await TranscriptImporter(into: store, account: account).run(input(files))
    }

    /// What an import says that must fail; nothing may be stored.
    private func failure(_ files: [String]) async -> String {
        let error = await #expect(throws: ImportError.self) { try await run(files) }
        let sessions = try? await store.sessions(of: account, page: PageRequest(.first, size: 1)).items
        #expect(sessions?.isEmpty == true)
        return error?.description ?? ""
    }

    private func ids(of session: String) async throws -> [String] {
        try await values(of: session) { row in row.id.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
    }

    private func contents(of session: String) async throws -> [String] {
        try await values(of: session) { row in row.content.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
    }

    private func values(of session: String, _ value: (borrowing MessageRow) -> String) async throws -> [String] {
        var values: [String] = []
        let page = PageRequest<MessageCursor>(.first, size: 5_000)
        _ = try await store.readMessages(of: SessionReference(session), in: account, page: page) {
            values.append(value($0))
        }
        return values
    }
}
