import AssistantsStore
import Foundation
import NIOCore

extension ByteBuffer {
    /// Writes up to `capacity` bytes in one go: room is made once, not for every field.
    mutating func write(upTo capacity: Int, _ body: (inout OutputSpan<UInt8>) -> Void) {
        writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { bytes in
            bytes.withMemoryRebound(to: UInt8.self) { bytes in
                var output = OutputSpan(buffer: bytes, initializedCount: 0)
                body(&output)
                return output.finalize(for: bytes)
            }
        }
    }

    /// Writes text as a JSON string, in quotes and with what must be escaped escaped.
    mutating func writeJSONString(_ text: String) {
        let utf8 = text.utf8.span.bytes
        write(upTo: JSONText.maximumStringLength(utf8.byteCount)) { $0.appendJSONString(utf8) }
    }

    mutating func writeArray<Item>(_ items: [Item], _ write: (Item, inout ByteBuffer) -> Void) {
        writeStaticString("[")
        for (index, item) in items.enumerated() {
            if index > 0 { writeStaticString(",") }
            write(item, &self)
        }
        writeStaticString("]")
    }

    /// Writes a time as a JSON string of whole seconds.
    mutating func writeJSONString(_ time: Timestamp) {
        write(upTo: JSONText.maximumStringLength(Timestamp.iso8601Length)) { $0.appendJSONString(time) }
    }

    /// Writes a time as a JSON string, with its microseconds where there are any.
    mutating func writeExactJSONString(_ time: Timestamp) {
        write(upTo: JSONText.maximumStringLength(Timestamp.maximumExactISO8601Length)) {
            $0.appendExactJSONString(time)
        }
    }

    /// Removes line breaks from JSON, which has them between its tokens only. Rows of earlier versions have some, and PHP's SDK
    /// takes an empty line in a response for the end of its headers.
    mutating func removeLineBreaks() {
        let hasAny = withUnsafeReadableBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            return memchr(start, 0x0A, bytes.count) != nil || memchr(start, 0x0D, bytes.count) != nil
        }
        if hasAny { self = ByteBuffer(bytes: readableBytesView.filter { $0 != 0x0A && $0 != 0x0D }) }
    }
}
