import TestSupport
import Testing

/// The quick form of `make fuzz`: inputs are made of pieces that mean something, and changed here and there.
@Suite("Fuzzed input")
struct FuzzingTests {
    private static let pieces = [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u0000", "\\ud83d", "\\ude00", "\"role\":\"user\"",
        "\"content\":{}",
        "\"meta\":{\"a\":[1,2.5e3,null]}", "\"messages\":[", "{\"role\":\"user\",\"content\":{\"content\":\"é\"}}",
        "1e999",
        "%", "%2F", "%00", "%C3%A9", "%ff", "+", "&", "=", "PageSize=", "PageToken=", "Page=", "1000", "0",
        "99999999999999999",
        "/v1/Sessions/", "/Messages", "/v1/Assistants/", "aia_msg_", "aia_asst_", "webhook:", "Basic ", "basic  ",
        "QUM6eA==",
        "Og==", "Basic QUM6eA==",
        "PA", "PB", "AQEAAAAAAAAAAQAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAA", " ", "\t", "\u{0}", "\u{301}", "é",
        "Order=desc", "Role=", "user", "Identity=", "user_id:a", "DateCreatedAfter=", "2026-07-01", "T09:30:00", ".5",
        "Z", "\n", "ab", "ab*", "-", "会议", "gen-itgc", "ή", "가", "a: string", "b?: ", "number[]", "type Data = ", " | ",
        "'", "/*", "//",
        "+02:00", " 02:00", "😀", "gzip", "identity", "*", ";q=", "0.5", "W/",
    ].map { Array($0.utf8) }

    @Test("nothing that a stranger sends is read as what it is not", arguments: FuzzedInput.allCases)
    func holds(_ reader: FuzzedInput) throws {
        let count = Reliability.isSoak ? 1_000_000 : 20_000
        var random = SeededGenerator(seed: UInt64(reader.rawValue))
        var accepted = 0
        for _ in 0..<count {
            var input = (0..<Int.random(in: 0...12, using: &random)).flatMap { _ in
                Self.pieces[Int.random(in: Self.pieces.indices, using: &random)]
            }
            for _ in 0..<Int.random(in: 0...3, using: &random) where !input.isEmpty {
                input[Int.random(in: input.indices, using: &random)] = .random(in: .min ... .max, using: &random)
            }
            #expect(throws: Never.self, "\(input)") { if try reader.check(input) { accepted += 1 } }
        }
        // Nobody can make a page token; of everything else some inputs must be good, or nothing was tested.
        #expect(reader == .pageToken ? accepted == 0 : accepted > 0)
    }
}
