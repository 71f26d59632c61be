import Foundation

/// The request and the response of chat completions, as OpenAI's API has them and many servers speak it.
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

    struct Response: Decodable {
        struct Choice: Decodable {
            struct Message: Decodable {
                let content: String?
            }

            let message: Message
        }

        let choices: [Choice]
    }

    /// What comes with a status other than 200.
    struct ErrorResponse: Decodable {
        struct Failure: Decodable {
            let message: String
        }

        let error: Failure
    }
}
