import AssistantsStore
import Foundation
import TestSupport
import Testing

@testable import TranscriptImport

@Suite("Importing saved pages and several files")
struct SavedPageTests {
    private let fixture: ImportFixture

    init() async throws {
        fixture = try await ImportFixture()
    }

    // MARK: Pages

    /// Messages of a session as a page of it, like the retired API's.
    private func page(
        _ numbers: Range<Int>,
        of session: String = "s",
        number: Int?,
        size: Int? = nil,
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
        var meta: [String: Any] = ["key": "messages", "page_size": size ?? numbers.count, "next_page_url": NSNull()]
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
        let summary = try await fixture.run(files)
        #expect(summary.messages.stored == 6 && summary.messages.alreadyThere == 6)
        #expect(try await fixture.ids(of: "s") == (0..<6).map { "aia_msg_\($0)" })
        #expect(try await fixture.run(files.reversed()).messages.stored == 0)
        #expect(try await fixture.contents(of: "s").first == #"{"content":"\"{ 0 }\\"}"#)
    }

    @Test(
        "one file may have many pages, of several sessions, on lines of their own or not",
        arguments: ["\n", " ", ""]
    )
    func manyInOneFile(_ separator: String) async throws {
        let pages = [
            try page(2..<4, number: 1), try page(0..<2, of: "t", number: 0), try page(0..<2, number: 0, isPretty: true),
        ]
        let summary = try await fixture.run(["\u{FEFF} " + pages.joined(separator: separator) + "\n"])
        #expect(summary.messages.stored == 6 && summary.sessions == 2)
        #expect(try await fixture.ids(of: "s") == (0..<4).map { "aia_msg_\($0)" })
    }

    @Test("pages that list the newest message first are reversed, also where two are of one second")
    func newestFirst() async throws {
        let files = [(0..<2, 1), (2..<6, 0), (0..<1, 2)]
        _ = try await fixture.run(try files.map { try page($0, number: $1, size: 4, isNewestFirst: true) })
        #expect(try await fixture.ids(of: "s") == (0..<6).map { "aia_msg_\($0)" })
        let error = await #expect(throws: ImportError.self) {
            try await fixture.run([try page(6..<10, number: 0, isNewestFirst: true).replacing("aia_msg_6", with: "6")])
        }
        #expect(error?.description.hasPrefix("line 1, message 4, has a bad \"id\"") == true)
    }

    @Test("what is wrong in a page is named with its file, its line, and the message")
    func badPages() async throws {
        let other = try page(0..<2, number: 1).replacing("{ 1 }", with: "changed")
        let error = await fixture.failure([
            try page(0..<2, number: 0) + "\n{}",
            other,
            #"{"messages":[{"session_id":"s","role":"user","content":{}}, 7]}"#,
            try page(0..<1, number: 0).replacing("\"meta\":{}", with: "\"color\":1"),
        ])
        #expect(
            error == """
                5 messages cannot be imported:
                  1: line 1, message 2, has the id of an earlier message of its session, but other content
                  2: line 1, message 1, has no "id"
                  2: line 1, message 2, is not a JSON object: expected an object, at byte 0
                  3: line 1, message 1, has an unknown field "color"; allowed: id, account_sid, assistant_id, session_id, \
                identity, role, content, meta, date_created, date_updated
                  0: line 2 is not a saved page: it has no array "messages"
                Nothing of the input was stored.
                """
        )
    }

    @Test("a message that is no JSON is named alone, and the others of its page are checked")
    func badMessages() async throws {
        let good = try page(0..<6, number: 0).replacing("},{", with: "}, {")
        let bad = good.replacing("{ 0 }", with: "\\u0000").replacing("\"aia_msg_2\"", with: "\"aia_msg_2\" 7")
            .replacing("\"aia_msg_4\"", with: "1 2")
        let lines = await fixture.failure([good, bad]).split(separator: "\n")
        #expect(lines.count == 5 && lines.first == "3 messages cannot be imported:", "\(lines)")
        // The fourth message is on both pages, and was not changed.
        for (line, message) in zip(lines.dropFirst(), [1, 3, 5]) {
            #expect(line.hasPrefix("  1: line 1, message \(message), is not a JSON object: "), "\(lines)")
        }
    }

    @Test("what is no complete page is named")
    func cutOff() async throws {
        let page = try page(0..<2, number: 0)
        for end in [
            String(page.dropLast(30)), page.replacing("\"meta\"", with: "\"messages\":[],\"meta\""), "{\"messages\":7}",
            "{\"messages\":[],\"meta\":{}",
        ] {
            let error = await fixture.failure([page + "\n" + end])
            #expect(error.hasPrefix("line 2 is not a saved page: it "), "\(error)")
        }
    }

    @Test("a message may be nested as deeply in a page as in a line")
    func depth() async throws {
        let depth = JSONScanner.maximumDepth - 1
        let deep = String(repeating: "{\"a\":", count: depth - 1) + "{}" + String(repeating: "}", count: depth - 1)
        let message = #"{"id":"aia_msg_0","session_id":"s","role":"user","content":\#(deep)}"#
        #expect(try await fixture.run([message]).messages.stored == 1)
        #expect(try await fixture.run(["{\"messages\":[\(message)]}"]).messages.alreadyThere == 1)
        let deeper = message.replacing("{}", with: "{\"b\":{}}")
        let error = await #expect(throws: ImportError.self) { try await fixture.run(["{\"messages\":[\(deeper)]}"]) }
        #expect(error?.description.contains("line 1, message 1, is not a JSON object: nested deeper") == true)
    }

    @Test("white space between tokens makes no difference, neither in pages nor in lines")
    func whiteSpace() async throws {
        let message = #"{"id":"aia_msg_0","session_id":"s","role":"user","content":{"a":[1,"x, : y"]},"meta":{"b":{}}}"#
        let spaced = message.replacing(",\"", with: ", \"").replacing("\":", with: "\": ")
        let laidOut = message.replacing(",\"", with: ",\n\t\"").replacing("{", with: "{\r\n").replacing(
            "\":",
            with: "\" : "
        )
        #expect(try await fixture.run([spaced]).messages.stored == 1)
        let pages = [message, spaced, laidOut].map { "{ \"messages\" : [ \($0) ] }" }
        #expect(try await fixture.run([message, spaced] + pages).messages.alreadyThere == 5)
        // A line is stored as it is, a page without white space.
        #expect(try await fixture.contents(of: "s") == [#"{"a": [1, "x, : y"]}"#])
        for (index, page) in pages.enumerated() {
            try await fixture.run([page.replacing("\"s\"", with: "\"p\(index)\"")])
            #expect(try await fixture.contents(of: "p\(index)") == [#"{"a":[1,"x, : y"]}"#])
        }
    }

    @Test("a page may list a message that was changed before it was created, which earlier versions stored")
    func changedEarly() async throws {
        let page = try page(0..<1, number: 0).replacing("09:30:10Z", with: "09:29:59Z")
        #expect(try await fixture.run([page]).messages.stored == 1)
        #expect(try await fixture.run([page]).messages.alreadyThere == 1)
    }

    @Test("a file that is replaced during the import is noticed")
    func replacedFile() async throws {
        let input = try fixture.input([line(1)])
        try line(2).write(toFile: fixture.directory.file("new"), atomically: false, encoding: .utf8)
        let file = fixture.directory.file("0")
        #expect(rename(fixture.directory.file("new"), file) == 0)
        let importer = TranscriptImporter(into: fixture.store, account: fixture.account)
        let error = await #expect(throws: ImportError.self) { try await importer.run(input) }
        #expect(error?.description.hasPrefix("\(file) cannot be read: another file has got its name") == true)
    }

    @Test("of a file that is changed during the import, what comes before the change is stored")
    func changedFile() async throws {
        try await fixture.run([#"{"session_id":"s","role":"user","content":{},"id":"aia_msg_1"}"#])
        let lines = (2...10).map { line($0) }
        let bad = #"{"session_id":"s","role":"user","content":{"n":1},"id":"aia_msg_1"}"#
        for (session, change, reason) in [
            ("t", "nonsense", "is not a JSON object"),
            ("u", bad, "has the id of a message that its session has already"),
        ] {
            let good = lines.map { $0.replacing("\"s\"", with: "\"\(session)\"") }
            let input = try fixture.input([good.joined(separator: "\n")])
            let changed = good.prefix(4) + [change] + good.dropFirst(5)
            let file = fixture.directory.file("0")
            let importer = TranscriptImporter(
                into: fixture.store,
                account: fixture.account,
                report: { _ in
                    try? changed.joined(separator: "\n").write(toFile: file, atomically: false, encoding: .utf8)
                }
            )
            let error = await #expect(throws: ImportError.self) { try await importer.run(input) }
            #expect(error?.description.hasPrefix("line 5 \(reason)") == true, "\(String(describing: error))")
            #expect(error?.description.contains("What comes before it is stored") == true)
            #expect(try await fixture.contents(of: session).count == 4)
        }
    }

    @Test("progress grows to 1 with lines and pages")
    func progress() async throws {
        let files = [
            (1...3).map { line($0) }.joined(separator: "\n"), try page(0..<6, number: 0, isPretty: true),
            try page(6..<8, number: 1, size: 6),
        ]
        var fractions: [Double] = []
        let importer = TranscriptImporter(
            into: fixture.store,
            account: fixture.account,
            report: {
                fractions.append($0.fraction)
            }
        )
        _ = try await importer.run(fixture.input(files))
        #expect(fractions == [1, 1])
    }

    @Test("a number that no double holds is refused in a page, or accepted where that is asked for")
    func numbers() async throws {
        let text = try page(0..<1, number: 0).replacing("\"meta\":{}", with: "\"meta\":{\"n\":1e400}")
        #expect(await fixture.failure([text]).hasPrefix("line 1, message 1, is not a JSON object: the number of \"n\""))
        let importer = TranscriptImporter(into: fixture.store, account: fixture.account, numbers: .any)
        #expect(try await importer.run(fixture.input([text])).messages.stored == 1)
    }

    // MARK: Lines

    private func line(_ number: Int, of session: String = "s") -> String {
        #"{"session_id":"\#(session)","role":"\#(number.isMultiple(of: 2) ? "user" : "tool")","content":{"n":\#(number)}}"#
    }

    @Test("several files are one input: their equal lines are different messages")
    func severalFiles() async throws {
        let files = ["\(line(1))\n\(line(2))", "\(line(1))\n"]
        #expect(try await fixture.run(files).messages.stored == 3)
        #expect(try await fixture.contents(of: "s") == ["{\"n\":1}", "{\"n\":2}", "{\"n\":1}"])
        #expect(try await fixture.run(["\(line(1))\n\(line(2))\n\(line(1))"]).messages.alreadyThere == 3)
    }

    @Test("the first 20 messages that cannot be imported are named, whatever is wrong with them")
    func manyBadLines() async throws {
        let long =
            #"{"session_id":"s","role":"user","content":{"content":"\#(String(repeating: "x", count: 2 << 20))"}}"#
        let tooLong = String(repeating: "y", count: 10 << 20)
        let error = await fixture.failure([
            ([long, tooLong, line(1)] + (1...30).map { "bad \($0)" }).joined(separator: "\n")
        ])
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
        _ = try await fixture.run([(1...3).map { line($0) }.joined(separator: "\n")])
        let pages = [try page(0..<3, number: 0), try page(2..<5, number: 1)]
        let input = try fixture.input([(1...6).map { line($0) }.joined(separator: "\n")] + pages)
        let preview = try await TranscriptImporter(into: fixture.store, account: fixture.account).check(input)
        #expect(preview.messages.stored == 3 + 5)
        #expect(preview.messages.alreadyThere == 3 + 1)
        #expect(preview.sessions == 1)
        #expect(preview.roles == [.user: 9, .tool: 3])
        #expect(try await fixture.contents(of: "s").count == 3)
    }

    @Test("an interrupted import says how far it is, and the same one stores the rest")
    func interrupted() async throws {
        let lines = (1...3_000).map { line($0) }.joined(separator: "\n")
        var calls = 0
        let importer = TranscriptImporter(into: fixture.store, account: fixture.account) {
            calls += 1
            // The check asks three times.
            return calls > 5
        }
        let error = await #expect(throws: ImportError.self) { try await importer.run(fixture.input([lines])) }
        let stored = try await fixture.contents(of: "s").count
        #expect((32..<3_000).contains(stored))
        #expect(
            error?.description == """
                Interrupted. The input is stored up to line \(stored): \(stored) messages by this command. The same command \
                continues.
                """
        )
        #expect(try await fixture.run([lines]).messages.stored == 3_000 - stored)
        let checking = TranscriptImporter(into: fixture.store, account: fixture.account) { true }
        let early = await #expect(throws: ImportError.self) { try await checking.run(fixture.input([lines])) }
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
        let error = await fixture.failure([text])
        #expect(error.contains(form), "\(error)")
        #expect(error.contains("Convert"), "\(error)")
    }
}
