package import AssistantsStore
import Foundation

/// A model's reply. The stored message, the response, its replay and the webhook all have this one text.
package struct Reply: Equatable, Sendable {
    /// Why a reply is not all that the model would have said.
    package enum Cut: String, CaseIterable, Sendable {
        /// The model reached its limit of tokens.
        case length
        /// A message must not be larger than what the API itself accepts.
        case size
    }

    /// Neither empty nor only white space.
    package let text: String
    package let content: JSONObject
    /// What is known of the reply: `finish_reason`, `model`, `usage`, `reasoning`, `truncated`, `reasoning_truncated`.
    package let meta: JSONObject
    package let cuts: Set<Cut>

    /// - Parameter keepsReasoning: whether `meta` has what the model thought before it replied.
    /// - Throws: `ModelFailure` where there is no text.
    init(_ completion: Completion, keepsReasoning: Bool = false) throws {
        let (block, reply) = Self.split(completion.text)
        let reasoning = completion.reasoning.isEmpty ? block : completion.reasoning
        // The text is in the message twice.
        let text = reply.truncated(escapedLength: Self.maximumLength / 2)
        guard !text.isBlank else { throw Self.failure(of: completion, hasReasoning: !reasoning.isBlank) }
        self.text = String(text)
        let hasAll = text.endIndex == reply.endIndex
        cuts = Set(Cut.allCases.filter { $0 == .size ? !hasAll : completion.finishReason == "length" })
        content = try Self.json(["content": self.text, "output": self.text])

        var meta = Meta(completion)
        if !hasAll { meta.truncated = true }
        if keepsReasoning, !reasoning.isBlank {
            let room = max(Self.maximumLength - content.text.utf8.count, 0)
            let kept = reasoning[...].truncated(escapedLength: room)
            meta.reasoning = String(kept)
            if kept.endIndex < reasoning.endIndex { meta.reasoningTruncated = true }
        }
        self.meta = try Self.json(meta)
    }

    /// Of the encoded content and reasoning together, in bytes: 1 MiB, which is what the API and imports accept for a
    /// message, less what the largest of its other fields and the rest of `meta` may need.
    private static let maximumLength = (1 << 20) - (32 << 10)

    /// Separates the reasoning that some models put before their reply, between `<think>` and `</think>`, from the reply.
    /// Of a block that does not end, all is reasoning.
    private static func split(_ text: String) -> (reasoning: String, reply: Substring) {
        let (start, end) = ("<think>", "</think>")
        let trimmed = text.drop(while: \.isWhitespace)
        guard let opening = trimmed.range(of: start, options: [.literal, .anchored]) else { return ("", text[...]) }
        let block = trimmed[opening.upperBound...]
        let closing = block.range(of: end, options: .literal)
        let reasoning = block[..<(closing?.lowerBound ?? block.endIndex)]
        return (
            reasoning.trimmingCharacters(in: .whitespacesAndNewlines),
            block[(closing?.upperBound ?? block.endIndex)...].drop(while: \.isWhitespace)
        )
    }

    private static func failure(of completion: Completion, hasReasoning: Bool) -> ModelFailure {
        let what =
            if !completion.refusal.isBlank {
                "The model refused to reply: \(completion.refusal[...].truncated(escapedLength: 500))"
            } else if completion.callsTools {
                "The model called a tool instead of replying"
            } else if hasReasoning {
                "The model gave only its reasoning, and no reply"
            } else {
                "The model gave no text"
            }
        let why =
            switch completion.finishReason {
            case nil, "stop": ""
            case "length": ": it reached its limit of tokens (finish_reason length)"
            case let reason?: " (finish_reason \(reason[...].truncated(escapedLength: 64)))"
            }
        return ModelFailure(.noText, reason: what + why)
    }

    private struct Meta: Encodable {
        let finishReason: String?
        let model: String?
        let usage: JSONTree?
        var reasoning: String?
        var truncated: Bool?
        var reasoningTruncated: Bool?

        private enum CodingKeys: String, CodingKey {
            case model, usage, reasoning, truncated
            case finishReason = "finish_reason"
            case reasoningTruncated = "reasoning_truncated"
        }

        init(_ completion: Completion) {
            finishReason = completion.finishReason.map { String($0[...].truncated(escapedLength: 64)) }
            model = completion.model.map { String($0[...].truncated(escapedLength: 256)) }
            usage = completion.usage.flatMap { usage in
                // Numbers, usually a few hundred bytes.
                let length = (try? json(usage))?.text.utf8.count
                return length.map { $0 <= 4_096 } == true ? usage : nil
            }
        }
    }

    private static func json(_ value: some Encodable) throws -> JSONObject {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try JSONObject(String(decoding: encoder.encode(value), as: UTF8.self))
    }
}
