package import AssistantsStore
import Foundation

/// The text in a message's content.
package enum MessageText {
    /// What is said in a content: its `content` or `output` where that is text, else the JSON as it stands.
    /// - Parameter json: an object that has been checked.
    static func text(ofContent json: [UInt8]) -> String {
        var scanner = JSONScanner(json, numbers: .any)
        let members = (try? scanner.members()) ?? []
        for key in ["content", "output"] {
            if case .string(let text) = members.first(where: { $0.key == key })?.value { return text }
        }
        return String(decoding: json, as: UTF8.self)
    }

    /// The content of an assistant's message. Stores cannot keep a NUL, so there is none in it.
    static func content(ofReply text: String) throws -> JSONObject {
        let text = text.replacing("\0", with: "")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = try encoder.encode(["content": text, "output": text])
        return try JSONObject(String(decoding: json, as: UTF8.self))
    }

    /// The content of a user's message.
    package static func content(ofUser text: String) throws -> JSONObject {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return try JSONObject(String(decoding: encoder.encode(["content": text]), as: UTF8.self))
    }
}
