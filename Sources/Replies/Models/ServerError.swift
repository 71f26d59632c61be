import Foundation

/// What a server says of an error, in the forms that are in use: `{"error": {"message": …}}`, `{"error": "…"}`,
/// `{"message": …}`, `{"detail": …}`, and each of them in a list.
struct ServerError: Decodable {
    let message: String
    /// Codes, types and statuses, in lower case.
    private let kinds: [String]

    private enum Key: String, CodingKey {
        case error, errors, message, detail, msg, code, type, status
        case errorType = "error_type"
    }

    init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            message = text
            kinds = []
            return
        }
        if var list = try? decoder.unkeyedContainer() {
            self = try list.decode(Self.self)
            return
        }
        let fields = try decoder.container(keyedBy: Key.self)
        let inner = [Key.error, .errors, .message, .detail, .msg].lazy
            .compactMap { try? fields.decode(Self.self, forKey: $0) }.first
        let own = [Key.code, .type, .status, .errorType].compactMap { key in
            (try? fields.decode(String.self, forKey: key))?.lowercased()
                ?? (try? fields.decode(Int.self, forKey: key)).map(String.init)
        }
        // A code alone is an error only where one is expected.
        guard let message = inner?.message ?? (decoder.codingPath.isEmpty ? nil : own.first) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no error"))
        }
        self.message = message
        kinds = own + (inner?.kinds ?? [])
    }

    /// `nil` where a body says nothing of an error.
    init?(body: Data) {
        guard let error = try? JSONDecoder().decode(Self.self, from: body) else { return nil }
        self = error
    }

    /// Whether the same request may succeed a little later.
    var isTransient: Bool {
        let said = kinds + [message.lowercased()]
        let signs = ["overload", "rate limit", "rate_limit", "too many requests", "unavailable", "busy", "try again"]
        return kinds.contains { Int($0).map(HTTPStatus.isTransient) ?? false }
            || said.contains { text in signs.contains { text.contains($0) } }
    }

    /// Whether it is about the key that the server is asked with, which is no concern of callers.
    var isAboutCredentials: Bool {
        kinds.contains { Int($0).map(HTTPStatus.isAboutCredentials) ?? ($0.contains("auth") || $0.contains("api_key")) }
    }
}

/// What statuses mean, wherever a server puts them.
enum HTTPStatus {
    /// Whether the same request may succeed a little later.
    static func isTransient(_ code: Int) -> Bool {
        code == 408 || code == 429 || (500...599).contains(code)
    }

    static func isAboutCredentials(_ code: Int) -> Bool {
        [401, 403, 407].contains(code)
    }
}
