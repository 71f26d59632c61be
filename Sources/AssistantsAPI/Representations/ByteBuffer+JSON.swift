import AssistantsStore
import NIOCore

extension ByteBuffer {
    /// Writes text as a JSON string, in quotes and with what must be escaped escaped.
    mutating func writeJSONString(_ text: String) {
        var text = text
        text.withUTF8 { writeJSONString(UnsafeRawBufferPointer($0)) }
    }

    /// Writes UTF-8 as a JSON string, in quotes and with what must be escaped escaped.
    mutating func writeJSONString(_ utf8: RawSpan) {
        utf8.withUnsafeBytes { writeJSONString($0) }
    }

    private mutating func writeJSONString(_ utf8: UnsafeRawBufferPointer) {
        writeInteger(UInt8(ascii: "\""))
        // Hardly any text needs an escape. Without an early exit the compiler looks at many bytes at once.
        var escapes = false
        for byte in utf8 {
            escapes = escapes || Self.mustBeEscaped(byte)
        }
        if escapes {
            for byte in utf8 { writeEscaped(byte) }
        } else {
            writeBytes(utf8)
        }
        writeInteger(UInt8(ascii: "\""))
    }

    private static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func writeEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            writeInteger(UInt8(ascii: "\\"))
            writeInteger(byte)
        case UInt8(ascii: "\n"):
            writeStaticString("\\n")
        case 0..<0x20:
            let digits = String(byte, radix: 16)
            writeString("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
        default:
            writeInteger(byte)
        }
    }

    /// Writes a time as a JSON string of whole seconds.
    mutating func writeJSONString(_ time: Timestamp) {
        writeInteger(UInt8(ascii: "\""))
        writeWithUnsafeMutableBytes(minimumWritableBytes: Timestamp.iso8601Length) { bytes in
            bytes.withMemoryRebound(to: UInt8.self) { bytes in
                var output = OutputSpan(buffer: bytes, initializedCount: 0)
                time.writeISO8601(to: &output)
                return output.finalize(for: bytes)
            }
        }
        writeInteger(UInt8(ascii: "\""))
    }
}
