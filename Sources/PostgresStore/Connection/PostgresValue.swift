import AssistantsStore
import TextEncodings

/// A value that goes with a statement.
protocol PostgresValue {
    /// In libpq's text form, or in binary where that is the type's.
    var encoded: [UInt8] { get }
    /// Whether `encoded` is binary.
    static var isBinary: Bool { get }
}

extension PostgresValue {
    static var isBinary: Bool { false }
}

extension String: PostgresValue {
    var encoded: [UInt8] { Array(utf8) }
}

extension Int: PostgresValue {
    var encoded: [UInt8] { Array(String(self).utf8) }
}

extension Int64: PostgresValue {
    var encoded: [UInt8] { Array(String(self).utf8) }
}

extension Bool: PostgresValue {
    var encoded: [UInt8] { [UInt8(ascii: self ? "t" : "f")] }
}

extension [UInt8]: PostgresValue {
    var encoded: [UInt8] { self }
    static var isBinary: Bool { true }
}

/// Texts for a `text[]`.
struct TextArray: PostgresValue {
    private let texts: [String]

    init(_ texts: [String]) {
        self.texts = texts
    }

    var encoded: [UInt8] {
        var bytes = [UInt8(ascii: "{")]
        for (index, text) in texts.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(UInt8(ascii: "\""))
            for byte in text.utf8 {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(byte)
            }
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}

/// For a `bytea[]`.
struct BytesArray: PostgresValue {
    private let texts: TextArray

    init(_ values: [[UInt8]]) {
        // PostgreSQL's hexadecimal form.
        texts = TextArray(values.map { "\\x" + Hexadecimal.encode($0) })
    }

    var encoded: [UInt8] { texts.encoded }
}

extension Timestamp: PostgresValue {
    var encoded: [UInt8] { microseconds.encoded }
}

extension PostgresValue where Self: Identifier {
    var encoded: [UInt8] { text.encoded }
}

extension AccountSID: PostgresValue {}
extension APIKeySID: PostgresValue {}
extension AssistantID: PostgresValue {}
extension MessageID: PostgresValue {}
extension SessionID: PostgresValue {}
extension TurnID: PostgresValue {}
extension WorkerID: PostgresValue {}
