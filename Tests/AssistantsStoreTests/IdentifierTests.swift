import Testing

@testable import AssistantsStore

@Suite("Identifiers")
struct IdentifierTests {
    @Test("a name could mean itself and what has a prefix before it; a name with a prefix is an id")
    func references() {
        func candidates(_ text: String) -> [String] { SessionReference(text).candidates.map(\.text) }
        #expect(candidates("a") == ["a", "webhook:a", "voice:a"])
        #expect(candidates("webhook:a") == ["webhook:a"])
        #expect(candidates("voice:") == ["voice:"])
        #expect(candidates("").isEmpty)
        #expect(candidates("a\0b").isEmpty)
        let longest = String(repeating: "x", count: 1_024)
        #expect(candidates(longest) == [longest])
        #expect(candidates(longest + "x").isEmpty)
    }

    @Test("identifiers compare and hash as bytes")
    func bytes() {
        let composed = SessionID(unchecked: "caf\u{E9}")
        let decomposed = SessionID(unchecked: "cafe\u{301}")
        #expect(composed.text == decomposed.text)
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
    }

    @Test(
        "SIDs have two letters and 32 hexadecimal digits",
        arguments: [
            ("AC0123456789abcdefABCDEF0123456789", true), ("AC0123456789abcdefABCDEF012345678", false),
            ("AC0123456789abcdefABCDEF01234567890", false), ("SK0123456789abcdefABCDEF0123456789", false),
            ("AC0123456789abcdefABCDEF012345678g", false), ("", false),
        ]
    )
    func sids(_ text: String, _ isValid: Bool) {
        #expect((AccountSID(text) != nil) == isValid)
        #expect(AccountSID(AccountSID.random().text) != nil)
        #expect(APIKeySID(APIKeySID.random().text) != nil)
    }

    @Test(
        "ids begin with their prefix and go on",
        arguments: [
            ("aia_msg_1", true), ("aia_msg_", false), ("aia_asst_1", false), ("1", false),
            ("aia_msg_" + String(repeating: "x", count: 247), true),
            ("aia_msg_" + String(repeating: "x", count: 248), false),
        ]
    )
    func messageIDs(_ text: String, _ isValid: Bool) {
        #expect((MessageID(text) != nil) == isValid)
    }

    @Test("new ids are lower-case UUIDs of version 7 that sort by their time")
    func uuids() throws {
        let form = /aia_msg_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
        let ids = (0..<100).map { MessageID.unique(at: Timestamp(microseconds: $0 * 1_000)).text }
        #expect(try ids.allSatisfy { try form.wholeMatch(in: $0) != nil })
        #expect(ids == ids.sorted())
        #expect(
            MessageID.unique(at: Timestamp(microseconds: 0x0193_21B2_D23F * 1_000)).text.hasPrefix(
                "aia_msg_019321b2-d23f-7"
            )
        )
    }
}
