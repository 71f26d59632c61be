import AssistantsStore
import Foundation
import Testing

@testable import Replies

@Suite("Replies")
struct ReplyTests {
    /// The reply in a response of a model's server.
    private func reply(_ json: String, keepsReasoning: Bool = false) throws -> Reply {
        let body = LenientJSON.repaired(Array(json.utf8))
        return try Reply(JSONDecoder().decode(Completion.self, from: body), keepsReasoning: keepsReasoning)
    }

    private func reply(message: String, finish: String = "stop", keepsReasoning: Bool = false) throws -> Reply {
        let json = #"{"choices":[{"finish_reason":"\#(finish)","message":\#(message)}]}"#
        return try reply(json, keepsReasoning: keepsReasoning)
    }

    private func reason(message: String, finish: String = "stop") -> String {
        let failure = #expect(throws: ModelFailure.self) { try reply(message: message, finish: finish) }
        return failure?.reason ?? ""
    }

    @Test(
        "half a surrogate pair and what is not UTF-8 becomes U+FFFD, NULs are left out, and the rest stays",
        arguments: [
            (#"a\ud83d"#, "a\u{FFFD}"), (#"\ude00b"#, "\u{FFFD}b"), (#"\ud83d\ude00"#, "😀"), (#"\uD83D\uDE00"#, "😀"),
            (#"\ud83dx\ude00"#, "\u{FFFD}x\u{FFFD}"), (#"\ud83d\u0000\ude00"#, "\u{FFFD}\u{FFFD}"),
            (#"\ud83d\ud83d\ude00"#, "\u{FFFD}😀"), (#"a\u0000b"#, "ab"), (#"a\\u0000\\ud83d"#, #"a\u0000\ud83d"#),
            (#"\\\ud83d\""#, "\\\u{FFFD}\""), (#"\u00e9é\n"#, "éé\n"),
        ]
    )
    func repaired(_ escaped: String, _ text: String) throws {
        #expect(try reply(message: #"{"content":"\#(escaped)"}"#).text == text)
    }

    @Test("a cut sequence of UTF-8 becomes U+FFFD", arguments: [[0xF0, 0x9F], [0xC3], [0xFF], [0xED, 0xA0, 0xBD]])
    func invalidUTF8(_ bytes: [UInt8]) throws {
        let json = Array(#"{"choices":[{"message":{"content":"a"#.utf8) + bytes + Array(#"b"}}]}"#.utf8)
        let completion = try JSONDecoder().decode(Completion.self, from: LenientJSON.repaired(json))
        let text = try Reply(completion).text
        #expect(text.hasPrefix("a\u{FFFD}") && text.hasSuffix("\u{FFFD}b"))
    }

    @Test(
        "a repaired text that ends early is as it was",
        arguments: ["", "\\", "\\u", "\\u00e", "\\ud83d\\", "\\u+123"]
    )
    func repairedEnds(_ text: String) {
        let repaired = String(decoding: LenientJSON.repaired(Array(text.utf8)), as: UTF8.self)
        #expect(repaired == text.replacingOccurrences(of: "\\ud83d", with: "\\ufffd"))
    }

    @Test(
        "content may be a list of parts, of which texts are the reply",
        arguments: [
            #""ab""#, #"[{"type":"text","text":"a"},{"type":"text","text":"b"}]"#,
            #"[{"type":"output_text","text":"ab","annotations":[]}]"#, #"["a",{"text":"b"}]"#,
            #"[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},null,7,{"type":"text","text":"ab"}]"#,
            #"[{"type":"image_url","image_url":{"url":"x"}},{"type":"text","text":"ab"},{"type":"text"}]"#,
        ]
    )
    func parts(_ content: String) throws {
        #expect(try reply(message: #"{"content":\#(content)}"#).text == "ab")
    }

    @Test(
        "one block of reasoning at the very beginning is not part of the reply, and kept in meta where that is wanted",
        arguments: [
            (#"{"content":"<think>\nhm\n</think>\n\nreply"}"#, "reply", "hm"),
            (#"{"content":" <think></think>reply "}"#, "reply ", ""),
            (#"{"content":"<think>a</think><think>b</think>"}"#, "<think>b</think>", "a"),
            (#"{"content":"so <think>a</think>"}"#, "so <think>a</think>", ""),
            (#"{"content":"reply","reasoning_content":"hm"}"#, "reply", "hm"),
            (#"{"content":"reply","reasoning":"hm"}"#, "reply", "hm"),
            (#"{"content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"reply"}]}"#, "reply", "hm"),
        ]
    )
    func reasoning(_ message: String, _ text: String, _ reasoning: String) throws {
        let reply = try reply(message: message)
        #expect(reply.text == text)
        #expect(reply.meta.text == #"{"finish_reason":"stop"}"#)
        let kept = try self.reply(message: message, keepsReasoning: true)
        #expect(kept.text == text)
        #expect(kept.meta.text.contains(#""reasoning":"\#(reasoning)""#) == !reasoning.isEmpty)
    }

    @Test("a reply without text is a failure that says why")
    func noText() {
        for content in ["null", #""""#, #"" \n""#, #""\u0000""#, "[]", "7"] {
            #expect(reason(message: #"{"content":\#(content)}"#) == "The model gave no text")
            for field in ["reasoning_content", "reasoning"] {
                let reason = reason(message: #"{"content":\#(content),"\#(field)":"hm"}"#)
                #expect(reason == "The model gave only its reasoning, and no reply")
            }
        }
        let cut = reason(message: #"{"content":"<think>hm"}"#, finish: "length")
        #expect(cut.hasPrefix("The model gave only its reasoning, and no reply: it reached its limit of tokens"))
        #expect(reason(message: #"{"content":"<think>hm</think>\n"}"#).contains("only its reasoning"))
        #expect(reason(message: #"{"content":null,"refusal":"I must not"}"#).hasSuffix("refused to reply: I must not"))
        #expect(reason(message: #"{"content":null,"tool_calls":[{"id":"1"}]}"#).contains("called a tool"))
        #expect(reason(message: #"{"content":""}"#, finish: "content_filter").contains("content_filter"))
        // Of this one only white space would be left.
        let late = String(repeating: " ", count: 1 << 20) + "a"
        #expect(reason(message: #"{"content":"\#(late)"}"#) == "The model gave no text")
    }

    @Test("meta has what the server says of the reply, whatever its form")
    func meta() throws {
        let usage = #"{"completion_tokens":2,"cost":0.25,"details":{"cached":null,"tier":"x"},"list":[true,1]}"#
        let choices = #""choices":[{"finish_reason":"length","message":{"content":"a"}}]"#
        let reply = try reply(#"{"model":"m\u0000","usage":\#(usage),\#(choices)}"#)
        #expect(reply.meta.text == #"{"finish_reason":"length","model":"m","usage":\#(usage)}"#)
        #expect(reply.cuts == [.length])
        for odd in [
            #""model":7,"usage":1e999"#, #""model":null,"usage":null"#,
            #""usage":"\#(String(repeating: "x", count: 5_000))""#,
        ] {
            let reply = try self.reply(#"{\#(odd),"choices":[{"finish_reason":7,"message":{"content":"a"}}]}"#)
            #expect(reply.meta.text == "{}" && reply.text == "a" && reply.cuts.isEmpty)
        }
        let long = String(repeating: "x", count: 100_000)
        #expect(try self.reply(#"{"model":"\#(long)",\#(choices)}"#).meta.text.utf8.count < 500)
    }

    static let long: [Character] = ["x", "é", "😀", "\"", "\\", "\u{1}", "👩‍👩‍👧‍👦", "e\u{301}"]

    @Test("no message exceeds what the API accepts: a longer reply is cut on a character, and marked", arguments: long)
    func size(_ character: Character) throws {
        let text = String(repeating: character, count: 2_000_000 / character.utf8.count)
        for keepsReasoning in [false, true] {
            let completion = Completion(text: text, reasoning: text)
            let reply = try Reply(completion, keepsReasoning: keepsReasoning)
            let length = reply.content.text.utf8.count + reply.meta.text.utf8.count
            #expect((1_000_000..<(1 << 20) - 16_384).contains(length))
            #expect(text.utf8.starts(with: reply.text.utf8) && reply.text.allSatisfy { $0 == character })
            #expect(reply.cuts == [.size])
            #expect(reply.meta.text.contains(#""truncated":true"#))
            #expect(reply.meta.text.contains(#""reasoning_truncated":true"#) == keepsReasoning)
        }
        // A long reasoning alone does not cut the reply.
        let reply = try Reply(Completion(text: "a", reasoning: text), keepsReasoning: true)
        #expect(reply.text == "a" && reply.cuts.isEmpty && !reply.meta.text.contains(#""truncated""#))
        #expect(reply.meta.text.contains(#""reasoning_truncated":true"#) && reply.meta.text.utf8.count < 1 << 20)
    }

    @Test("a character without end is cut, too")
    func endlessCharacter() throws {
        let text = "e" + String(repeating: "\u{301}", count: 1_000_000)
        let reply = try Reply(Completion(text: text))
        #expect(reply.text.utf8.count > 500_000 && reply.content.text.utf8.count < 1 << 20)
    }
}
