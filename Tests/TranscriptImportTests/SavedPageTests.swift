import AssistantsStore
import Foundation
import TestSupport
import Testing

@testable import TranscriptImport

@Suite("Importing saved pages")
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

    @Test(
        "a page that may have more messages than it seems is refused",
        arguments: [
            ("\"meta\":{},{\"messages\":[", "]}", "something in it is neither a key nor its value"),
            ("\"meta\":{},\"mess\\u0061ges\":[", "]", "it has \"messages\" twice"),
            ("\"meta\":{\"page\":0},\"m\\u0065ta\":[", "]", "it has \"meta\" twice"),
            ("\"meta\":{\"page\":\"0\"},\"more\":[", "]", "its \"meta\" is not an object"),
            ("\"meta\":{\"page_size\":-1},\"more\":[", "]", "its \"meta\" is not an object"),
            ("\"meta\":7,\"more\":[", "]", "its \"meta\" is not an object"),
        ]
    )
    func hiddenMessages(_ start: String, _ end: String, _ reason: String) async throws {
        func message(_ number: Int) -> String {
            #"{"id":"aia_msg_\#(number)","session_id":"s","role":"user","content":{}}"#
        }
        let page = "{\"messages\":[\(message(0))],\(start)\(message(1))\(end)}"
        for files in [[page], [try self.page(0..<2, number: 0), page]] {
            let error = await fixture.failure(files)
            #expect(error.contains("line 1 is not a saved page: \(reason)"), "\(error)")
        }
    }

    @Test("a page with messages of two sessions is refused")
    func twoSessions() async throws {
        let messages = [("a", 0), ("b", 1)].map {
            #"{"id":"aia_msg_\#($1)","session_id":"\#($0)","role":"user","content":{}}"#
        }
        let error = await fixture.failure([
            try page(0..<2, number: 0), "{\"messages\":[\(messages.joined(separator: ","))],\"meta\":{\"page\":1}}",
        ])
        #expect(error == "1: line 1 has messages of several sessions. Nothing of the input was stored.")
    }

    @Test("a page laid out in lines that is longer than 32 MiB is named")
    func tooLong() async throws {
        let texts = Array(repeating: "\"\(String(repeating: "x", count: 1 << 20))\"", count: 33).joined(
            separator: ",\n"
        )
        let error = await fixture.failure(["{\n\"messages\": [\(texts)]}"])
        #expect(error == "0 cannot be read: a page is longer than 33554432 bytes")
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

    @Test("progress grows to 1 with lines and pages")
    func progress() async throws {
        let files = [
            (1...3).map { transcriptLine($0) }.joined(separator: "\n"), try page(0..<6, number: 0, isPretty: true),
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
}
