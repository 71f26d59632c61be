import AssistantsStore
import Foundation
import TestSupport
import Testing

@testable import TranscriptImport

@Suite("Importing several files, and files that change")
struct SeveralFilesTests {
    private let fixture: ImportFixture

    init() async throws {
        fixture = try await ImportFixture()
    }

    @Test("several files are one input: their equal lines are different messages")
    func severalFiles() async throws {
        let files = ["\(transcriptLine(1))\n\(transcriptLine(2))", "\(transcriptLine(1))\n"]
        #expect(try await fixture.run(files).messages.stored == 3)
        #expect(try await fixture.contents(of: "s") == ["{\"n\":1}", "{\"n\":2}", "{\"n\":1}"])
        #expect(
            try await fixture.run(["\(transcriptLine(1))\n\(transcriptLine(2))\n\(transcriptLine(1))"]).messages
                .alreadyThere == 3
        )
    }

    @Test("the first 20 messages that cannot be imported are named, whatever is wrong with them")
    func manyBadLines() async throws {
        let long =
            #"{"session_id":"s","role":"user","content":{"content":"\#(String(repeating: "x", count: 2 << 20))"}}"#
        let tooLong = String(repeating: "y", count: 10 << 20)
        let error = await fixture.failure([
            ([long, tooLong, transcriptLine(1)] + (1...30).map { "bad \($0)" }).joined(separator: "\n")
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
        _ = try await fixture.run([(1...3).map { transcriptLine($0) }.joined(separator: "\n")])
        let pages = [savedPage(0..<3), savedPage(2..<5, number: 1)]
        let input = try fixture.input([(1...6).map { transcriptLine($0) }.joined(separator: "\n")] + pages)
        let preview = try await TranscriptImporter(into: fixture.store, account: fixture.account).check(input)
        #expect(preview.messages.stored == 3 + 5)
        #expect(preview.messages.alreadyThere == 3 + 1)
        #expect(preview.sessions == 1)
        #expect(preview.roles == [.user: 9, .tool: 3])
        #expect(try await fixture.contents(of: "s").count == 3)
    }

    @Test("an interrupted import says how far it is, and the same one stores the rest")
    func interrupted() async throws {
        let lines = (1...3_000).map { transcriptLine($0) }.joined(separator: "\n")
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

    // MARK: Changes during the import

    @Test("a file that is replaced during the import is noticed")
    func replacedFile() async throws {
        let input = try fixture.input([transcriptLine(1)])
        try transcriptLine(2).write(toFile: fixture.directory.file("new"), atomically: false, encoding: .utf8)
        let file = fixture.directory.file("0")
        #expect(rename(fixture.directory.file("new"), file) == 0)
        let importer = TranscriptImporter(into: fixture.store, account: fixture.account)
        let error = await #expect(throws: ImportError.self) { try await importer.run(input) }
        #expect(error?.description.hasPrefix("\(file) cannot be read: it was replaced during the import") == true)
    }

    @Test("of a file that is changed during the import, what comes before the change is stored")
    func changedFile() async throws {
        try await fixture.run([#"{"session_id":"s","role":"user","content":{},"id":"aia_msg_1"}"#])
        let lines = (2...10).map { transcriptLine($0) }
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
}
