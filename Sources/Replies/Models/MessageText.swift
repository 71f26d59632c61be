package import AssistantsStore
import Foundation

/// The text in a message's content.
package enum MessageText {
    /// What is said in a content: its `content`, else its `output`, where that is text, else the JSON as it stands.
    /// - Parameter json: an object that has been checked.
    static func text(ofContent json: [UInt8]) -> String {
        var scanner = JSONScanner(json, numbers: .any)
        let members = (try? scanner.members()) ?? []
        let texts = ["content", "output"].compactMap { key -> String? in
            guard case .string(let text) = members.first(where: { $0.key == key })?.value else { return nil }
            return text
        }
        guard let first = texts.first else { return String(decoding: json, as: UTF8.self) }
        return texts.first { !$0.isBlank } ?? first
    }

    /// The content of a user's message.
    package static func content(ofUser text: String) throws -> JSONObject {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return try JSONObject(String(decoding: encoder.encode(["content": text]), as: UTF8.self))
    }
}
