import AssistantsStore
import Foundation
import SQLiteStore
import TestSupport
import Testing

@testable import TranscriptImport

@Suite("Importing transcripts")
struct ImportTests {
    private let fixture: ImportFixture

    init() async throws {
        fixture = try await ImportFixture()
    }

    @Test("lines come back in their order, with the ids and dates they had")
    func stores() async throws {
        let summary = try await run(
            """
            {"session_id":"s","role":"user","content":{"content":"1"},"id":"aia_msg_1","date_created":"2024-01-02T00:00:00Z"}
            {"session_id":"t","role":"tool","content":{"name":"x"},"account_sid":"AC1","identity":"user_id:bob"}
            {"session_id":"s","role":"assistant","content":{"content":"2"},"id":"aia_msg_2","date_created":"2024-01-01T00:00:00Z"}

            """
        )
        #expect(summary.messages.stored == 3)
        #expect(summary.sessions == 2)
        #expect(try await fixture.contents(of: "s") == [#"{"content":"1"}"#, #"{"content":"2"}"#])
        let session = try await fixture.store.session(SessionReference("s"), in: fixture.account)
        #expect(session.dateCreated.iso8601 == "2024-01-02T00:00:00Z")
        #expect(session.dateUpdated.iso8601 == "2024-01-02T00:00:00Z")
        #expect(try await fixture.store.session(SessionReference("t"), in: fixture.account).identity == "user_id:bob")
    }

    @Test("the same input twice changes nothing, and a longer one adds what is new")
    func isIdempotent() async throws {
        let lines = (1...50).map { #"{"session_id":"s\#($0 % 3)","role":"user","content":{"n":\#($0 / 10)}}"# }
        #expect(try await run(lines.prefix(30).joined(separator: "\n")).messages.stored == 30)
        let again = try await run(lines.prefix(30).joined(separator: "\r\n") + "\r\n")
        #expect(again.messages.stored == 0)
        #expect(again.messages.alreadyThere == 30)
        let longer = try await run("\u{FEFF}" + lines.joined(separator: "\n"))
        #expect(longer.messages.stored == 20)
        #expect(longer.messages.alreadyThere == 30)
        #expect(try await fixture.contents(of: "s1").count == 17)
    }

    @Test("equal lines of one session are different messages")
    func equalLines() async throws {
        let line = #"{"session_id":"s","role":"user","content":{"content":"again"}}"#
        #expect(try await run("\(line)\n\(line)\n\n\(line)").messages.stored == 3)
    }

    @Test("a line with the id and content of an earlier one is passed over")
    func repeatedLine() async throws {
        let line = #"{"session_id":"s","role":"user","content":{},"id":"aia_msg_1"}"#
        let summary = try await run("\(line)\n\(line)")
        #expect(summary.messages.stored == 1)
        #expect(summary.messages.alreadyThere == 1)
    }

    @Test("numbers that no double holds are stored where that is asked for, and the same input again changes nothing")
    func keepsNumbers() async throws {
        let lines = [#"{"session_id":"s","role":"user","content":{"n":1e400},"id":"aia_msg_1"}"#, Self.good]
        for stored in [2, 0] {
            let input = try input(Data(lines.joined(separator: "\n").utf8))
            let importer = TranscriptImporter(into: fixture.store, account: fixture.account, numbers: .any)
            #expect(try await importer.run(input).messages.stored == stored)
        }
        #expect(try await fixture.contents(of: "s").first == #"{"n":1e400}"#)
    }

    @Test("line breaks between tokens are dropped, and what was stored with them is not stored twice")
    func dropsLineBreaks() async throws {
        let old = NewMessage(
            id: MessageID(unchecked: "aia_msg_1"),
            sessionID: SessionID(unchecked: "s"),
            role: .user,
            content: JSONObject(unchecked: "{\r\"n\":1}")
        )
        _ = try await fixture.store.importMessages(
            [old],
            to: fixture.account,
            defaults: MessageDefaults(assistantName: "T")
        )
        let lines = [#","id":"aia_msg_1""#, ""].map { id in
            "{\"session_id\":\"s\",\r\"role\":\"user\",\"content\":{\r\"n\":1}\(id)}\r\n"
        }
        for stored in [1, 0] { #expect(try await run(lines.joined()).messages.stored == stored) }
        #expect(try await fixture.contents(of: "s").last == #"{"n":1}"#)
    }

    static let good = #"{"session_id":"s","role":"user","content":{"content":"fine"}}"#

    static let badLines: [(String, String)] = [
        ("not JSON", "is not a JSON object"),
        ("[]", "is not a JSON object"),
        (#"{"session_id":"s","role":"user","content":{}"#, "is not a JSON object"),
        (#"{"role":"user","content":{}}"#, "has no \"session_id\""),
        (#"{"session_id":"s","content":{}}"#, "has no \"role\""),
        (#"{"session_id":"s","role":"user"}"#, "has no \"content\""),
        (#"{"session_id":null,"role":"user","content":{}}"#, "has no \"session_id\""),
        (#"{"session_id":"","role":"user","content":{}}"#, "has a bad \"session_id\""),
        (#"{"session_id":7,"role":"user","content":{}}"#, "has a number as \"session_id\""),
        (#"{"session_id":"s","role":"User","content":{}}"#, "user, assistant, tool, knowledge"),
        (#"{"session_id":"s","role":"user","content":"text"}"#, "has a string as \"content\": it must be an object"),
        (#"{"session_id":"s","role":"user","content":{},"meta":[]}"#, "has an array as \"meta\""),
        (#"{"session_id":"s","role":"user","content":{},"color":"red"}"#, "has an unknown field \"color\""),
        (#"{"session_id":"s","role":"user","role":"user","content":{}}"#, "the key \"role\" comes twice"),
        (#"{"session_id":"s","role":"user","content":{"a":1,"a":2}}"#, "the key \"a\" comes twice"),
        (#"{"session_id":"s","role":"user","content":{"a b":1,"a b":2}}"#, "the key comes twice"),
        (#"{"session_id":"s","role":"user","content":{},"date_created":"yesterday"}"#, "has a bad \"date_created\""),
        (
            #"{"session_id":"s","role":"user","content":{},"date_updated":"2024-02-30T00:00:00Z"}"#,
            "has a bad \"date_updated\""
        ),
        (
            #"{"session_id":"s","role":"user","content":{},"date_created":1700000000}"#,
            "has a number as \"date_created\""
        ),
        (
            #"{"session_id":"s","role":"user","content":{},"date_created":"2024-01-02T00:00:00Z","date_updated":"2024-01-01T23:59:59Z"}"#,
            "has a \"date_updated\" before its \"date_created\""
        ),
        (
            #"{"session_id":"s","role":"user","content":{"n":1e400}}"#,
            "the number of \"n\" must be within the range of a double"
        ),
        (#"{"session_id":"s","role":"user","content":{},"id":"1"}"#, "has a bad \"id\""),
        (#"{"session_id":"s","role":"user","content":{},"assistant_id":"1"}"#, "has a bad \"assistant_id\""),
        (#"{"session_id":"s","role":"user","content":{},"identity":"alice"}"#, "has a bad \"identity\""),
        (#"{"session_id":"s","role":"user","content":{},"identity":":alice"}"#, "has a bad \"identity\""),
        (
            #"{"session_id":"s","role":"user","content":{"content":"\#(String(repeating: "x", count: 10_000_000))"}}"#,
            "is longer than"
        ),
    ]

    @Test(
        "a bad line ends the import with its number and the reason, and nothing is stored",
        arguments: badLines.indices
    )
    func badLine(_ index: Int) async throws {
        let (line, reason) = Self.badLines[index]
        let error = await #expect(throws: ImportError.self) {
            try await run("\(Self.good)\n\(line)\n\(Self.good)\n")
        }
        #expect(error?.description.hasPrefix("line 2 ") == true, "\(String(describing: error))")
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
        #expect(error?.description.hasSuffix("Nothing of the input was stored.") == true)
        #expect(try await fixture.store.sessions(of: fixture.account, after: nil, limit: 1).isEmpty)
    }

    @Test("invalid UTF-8 is a bad line")
    func invalidUTF8() async throws {
        let line = Data(#"{"session_id":"s","role":"user","content":{"content":""#.utf8) + [0xFF] + Data(#""}}"#.utf8)
        let error = await #expect(throws: ImportError.self) { try await run(Data((Self.good + "\n").utf8) + line) }
        #expect(error?.description.contains("line 2 is not a JSON object: invalid UTF-8, at byte 54") == true)
    }

    @Test("an id with other content is a bad line, in one input and against what is stored")
    func conflicts() async throws {
        let one = #"{"session_id":"s","role":"user","content":{"n":1},"id":"aia_msg_1"}"#
        let other = #"{"session_id":"s","role":"user","content":{"n":2},"id":"aia_msg_1"}"#
        let inInput = await #expect(throws: ImportError.self) { try await run("\(one)\n\(Self.good)\n\(other)") }
        #expect(inInput?.description.hasPrefix("line 3 has the id of an earlier message") == true)
        #expect(try await run(one).messages.stored == 1)
        let stored = await #expect(throws: ImportError.self) { try await run("\(Self.good)\n\(other)") }
        #expect(stored?.description.hasPrefix("line 2 has the id of a message that its session has already") == true)
        #expect(try await fixture.contents(of: "s") == [#"{"n":1}"#])
    }

    @Test("an account that is not there is refused")
    func unknownAccount() async throws {
        let input = try input(Data(Self.good.utf8))
        await #expect(throws: StoreError.self) {
            try await TranscriptImporter(into: fixture.store, account: .random()).run(input)
        }
    }

    @Test("a file that is not there, and a directory, are refused")
    func unreadable() throws {
        #expect(throws: ImportError.self) { try ImportInput(path: fixture.directory.file("nowhere")) }
        #expect(throws: ImportError.self) { try ImportInput(path: fixture.directory.path) }
    }

    @Test("an append beside an import waits under 200 ms")
    func letsOthersWrite() async throws {
        let lines = (0..<30_000).map { #"{"session_id":"s\#($0 / 30)","role":"user","content":{"n":\#($0)}}"# }
        let input = try input(Data(lines.joined(separator: "\n").utf8))
        let other = try SQLiteStore(path: fixture.directory.file("understudy.sqlite"))
        let importer = TranscriptImporter(into: fixture.store, account: fixture.account)
        async let summary = importer.run(input)
        var longest = Duration.zero
        for number in 0..<50 {
            try await Task.sleep(for: .milliseconds(20))
            let message = NewMessage(
                id: .unique(),
                sessionID: SessionID(unchecked: "other"),
                role: .user,
                content: try JSONObject(#"{"n":\#(number)}"#)
            )
            let start = ContinuousClock.now
            _ = try await other.importMessages(
                [message],
                to: fixture.account,
                defaults: MessageDefaults(assistantName: "Other")
            )
            longest = max(longest, start.duration(to: .now))
        }
        #expect(try await summary.messages.stored == 30_000)
        #expect(longest < .milliseconds(200))
        #expect(try await fixture.contents(of: "other").count == 50)
    }

    // MARK: Helpers

    private func run(_ text: String) async throws -> ImportSummary {
        try await run(Data(text.utf8))
    }

    private func run(_ data: Data) async throws -> ImportSummary {
        try await TranscriptImporter(into: fixture.store, account: fixture.account).run(input(data))
    }

    private func input(_ data: Data) throws -> ImportInput {
        let path = fixture.directory.file("input-\(UUID()).jsonl")
        try data.write(to: URL(fileURLWithPath: path))
        return try ImportInput(path: path)
    }
}
