/// What a model's server sent as its completion. Servers differ, so whatever is not as expected counts as missing.
struct Completion {
    var text = ""
    /// What the model thought before it replied, where the server sends that apart from the text.
    var reasoning = ""
    /// Why the model does not want to reply; empty where it does.
    var refusal = ""
    var callsTools = false
    var finishReason: String?
    var model: String?
    var usage: JSONTree?
    /// Sent in place of the reply.
    var error: ServerError?
}

extension Completion: Decodable {
    private enum Key: String, CodingKey {
        case choices, model, usage, message, content, reasoning, refusal, error
        case finishReason = "finish_reason"
        case reasoningContent = "reasoning_content"
        case toolCalls = "tool_calls"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        var choices = try fields.nestedUnkeyedContainer(forKey: .choices)
        model = try? fields.decode(String.self, forKey: .model)
        usage = try? fields.decode(JSONTree.self, forKey: .usage)
        if usage == .null { usage = nil }
        error = try? fields.decode(ServerError.self, forKey: .error)
        guard !choices.isAtEnd else { return }
        let choice = try choices.nestedContainer(keyedBy: Key.self)
        finishReason = try? choice.decode(String.self, forKey: .finishReason)
        error = error ?? (try? choice.decode(ServerError.self, forKey: .error))
        guard error == nil || choice.contains(.message) else { return }
        let message = try choice.nestedContainer(keyedBy: Key.self, forKey: .message)
        let content = try? message.decode(CompletionContent.self, forKey: .content)
        text = content?.text ?? ""
        let reasonings = [
            try? message.decode(CompletionContent.self, forKey: .reasoningContent).text,
            try? message.decode(CompletionContent.self, forKey: .reasoning).text,
            content?.reasoning,
        ]
        reasoning = reasonings.compactMap(\.self).first { !$0.isEmpty } ?? ""
        refusal = (try? message.decode(String.self, forKey: .refusal)) ?? ""
        callsTools = (try? message.nestedUnkeyedContainer(forKey: .toolCalls).isAtEnd) == false
    }
}

/// A text as it stands in a message: a string, or a list of parts, some of which may be reasoning.
struct CompletionContent: Decodable {
    private(set) var text = ""
    private(set) var reasoning = ""

    private struct Part: Decodable {
        let type: String?
        let text: String
        let thinking: String

        private enum Key: String, CodingKey {
            case type, text, thinking
        }

        init(from decoder: any Decoder) throws {
            let fields = try? decoder.container(keyedBy: Key.self)
            type = try? fields?.decode(String.self, forKey: .type)
            let string = try? decoder.singleValueContainer().decode(String.self)
            text = string ?? (try? fields?.decode(String.self, forKey: .text)) ?? ""
            thinking = (try? fields?.decode(CompletionContent.self, forKey: .thinking).text) ?? ""
        }
    }

    init(from decoder: any Decoder) throws {
        if let string = try? decoder.singleValueContainer().decode(String.self) {
            text = string
            return
        }
        for part in try decoder.singleValueContainer().decode([Part?].self).compactMap(\.self) {
            switch part.type {
            case nil, "text", "output_text": text += part.text
            case "thinking", "reasoning": reasoning += part.thinking + part.text
            default: break
            }
        }
    }
}
