import AssistantsStore
import Foundation

extension OutputSpan<UInt8> {
    /// Appends bytes as they are. The span must have room for them.
    mutating func append(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// Appends text that is known when the program is built. The span must have room for it.
    mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count <= freeCapacity, "more bytes than there is room for")
        guard let address = bytes.baseAddress else { return }
        withUnsafeMutableBufferPointer { buffer, count in
            guard let start = buffer.baseAddress else { return }
            UnsafeMutableRawPointer(start + count).copyMemory(from: address, byteCount: bytes.count)
            count += bytes.count
        }
    }

    /// Appends UTF-8 as a JSON string, in quotes and with what must be escaped escaped. The span must have room for
    /// `JSONText.maximumStringLength`.
    mutating func appendJSONString(_ utf8: RawSpan) {
        append(UInt8(ascii: "\""))
        utf8.withUnsafeBytes { utf8 in
            if Self.hasEscape(utf8) {
                for byte in utf8 { appendEscaped(byte) }
            } else {
                append(utf8)
            }
        }
        append(UInt8(ascii: "\""))
    }

    /// Appends a time as a JSON string of whole seconds.
    mutating func appendJSONString(_ time: Timestamp) {
        append(UInt8(ascii: "\""))
        time.writeISO8601(to: &self)
        append(UInt8(ascii: "\""))
    }

    /// Appends a time as a JSON string, with its microseconds where there are any.
    mutating func appendExactJSONString(_ time: Timestamp) {
        append(UInt8(ascii: "\""))
        time.writeExactISO8601(to: &self)
        append(UInt8(ascii: "\""))
    }

    /// Appends a JSON object without the line breaks between its tokens, which rows of earlier versions have. The span must have
    /// room for it.
    mutating func appendInOneLine(_ json: RawSpan) {
        json.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            if memchr(start, 0x0A, bytes.count) == nil, memchr(start, 0x0D, bytes.count) == nil {
                append(bytes)
            } else {
                for byte in bytes where byte != 0x0A && byte != 0x0D { append(byte) }
            }
        }
    }

    /// Whether a byte must be escaped. Hardly any text has one, so eight bytes are looked at at once; the last eight may be
    /// looked at twice.
    private static func hasEscape(_ utf8: UnsafeRawBufferPointer) -> Bool {
        let count = utf8.count
        guard count >= 8 else { return utf8.contains(where: isEscaped) }
        var offset = 0
        while offset <= count - 8 {
            if hasEscape(utf8.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) { return true }
            offset += 8
        }
        return hasEscape(utf8.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
    }

    /// A quote, a backslash, or a byte below 0x20.
    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func hasEscape(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        /// The highest bit of each byte that is below `limit`, which is 0x80 at most.
        func below(_ limit: UInt64, _ word: UInt64) -> UInt64 { (word &- ones &* limit) & ~word & (ones &* 0x80) }
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        return below(0x20, word) | below(1, quote) | below(1, backslash) != 0
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            append(UInt8(ascii: "\\"))
            append(byte)
        case UInt8(ascii: "\n"):
            append("\\n")
        case 0..<0x20:
            append("\\u00")
            append(UInt8(ascii: "0") + byte >> 4)
            let digit = byte & 0xF
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        default:
            append(byte)
        }
    }
}
