import Foundation

/// The request of chat completions, as OpenAI's API has it and many servers speak it.
enum ChatCompletion {
    struct Request: Encodable {
        struct Message: Encodable {
            let role: String
            let content: String
        }

        let model: String
        let messages: [Message]
        let stream = false

        init(_ prompt: Prompt, model: String) {
            self.model = model
            let system = prompt.instructions.isEmpty ? [] : [Message(role: "system", content: prompt.instructions)]
            messages = system + prompt.messages.map { Message(role: $0.role.rawValue, content: $0.text) }
        }

        func json() throws -> Data {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return try encoder.encode(self)
        }
    }
}
