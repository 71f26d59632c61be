import AssistantsStore
import TextEncodings

/// Rows in the text format of `COPY`: tabs between values, a line feed behind each row, backslashes before what would be
/// taken for something else.
struct CopyText {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ row: some Collection<StoredValue>) {
        var isFirst = true
        for value in row {
            if !isFirst { bytes.append(UInt8(ascii: "\t")) }
            isFirst = false
            append(value)
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func append(_ value: StoredValue) {
        switch value {
        case .null: bytes += Array("\\N".utf8)
        case .integer(let integer): bytes += Array(String(integer).utf8)
        case .text(let text): for byte in text.utf8 { append(escaping: byte) }
        case .bytes(let binary):
            // The backslash is the value's own.
            bytes += Array("\\\\x".utf8)
            Hexadecimal.append(binary, to: &bytes)
        }
    }

    private mutating func append(escaping byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\\"): bytes += Array("\\\\".utf8)
        case UInt8(ascii: "\n"): bytes += Array("\\n".utf8)
        case UInt8(ascii: "\r"): bytes += Array("\\r".utf8)
        case UInt8(ascii: "\t"): bytes += Array("\\t".utf8)
        default: bytes.append(byte)
        }
    }
}
