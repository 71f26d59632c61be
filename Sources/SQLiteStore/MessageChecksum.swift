import AssistantsStore
import CLibdeflate
import GRDB

/// The CRC-32 of a message's row, which tells whether the row is as it was written: SQLite notices damage to its own
/// structure, but not a bit that has changed inside of a text.
///
/// It is of the key, the dates, and the texts' lengths in bytes, each in 64 bits, little-endian, and then of the texts, in the
/// order of their columns.
struct MessageChecksum {
    /// As `message` keeps it.
    let value: Int64

    init(of message: Message, at key: MessageKey) {
        self.init(
            integers: [key.value, message.dateCreated.microseconds, message.dateUpdated.microseconds],
            texts: [
                message.id.text, message.assistantID.text, message.identity, message.role.rawValue,
                message.content.text, message.meta.text,
            ]
        )
    }

    /// Of a row that is read for a page.
    init(of row: borrowing MessageRow, at key: MessageKey) {
        let (id, assistantID, identity, role) = (row.id, row.assistantID, row.identity, row.role)
        let (content, meta) = (row.content, row.meta)
        let size = 9 * 8 + id.byteCount + assistantID.byteCount + identity.byteCount + role.byteCount
        // The short ones are put together: a call for each takes longer than to copy them.
        let start = withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { buffer in
            guard var end = buffer.baseAddress else { return UInt32(0) }
            end.append(key.value)
            end.append(row.dateCreated.microseconds)
            end.append(row.dateUpdated.microseconds)
            end.append(Int64(id.byteCount))
            end.append(Int64(assistantID.byteCount))
            end.append(Int64(identity.byteCount))
            end.append(Int64(role.byteCount))
            end.append(Int64(content.byteCount))
            end.append(Int64(meta.byteCount))
            end.append(id)
            end.append(assistantID)
            end.append(identity)
            end.append(role)
            return Self.crc(UnsafeRawBufferPointer(buffer))
        }
        let withContent = content.withUnsafeBytes { Self.crc($0, after: start) }
        value = Int64(meta.withUnsafeBytes { Self.crc($0, after: withContent) })
    }

    private init(integers: [Int64], texts: [String]) {
        var bytes: [UInt8] = []
        for integer in integers + texts.map({ Int64($0.utf8.count) }) {
            withUnsafeBytes(of: integer.littleEndian) { bytes.append(contentsOf: $0) }
        }
        for text in texts { bytes.append(contentsOf: text.utf8) }
        value = Int64(bytes.withUnsafeBytes { Self.crc($0) })
    }

    private static func crc(_ bytes: UnsafeRawBufferPointer, after start: UInt32 = 0) -> UInt32 {
        // It takes a null pointer, which nothing at all may have, for a new beginning.
        bytes.isEmpty ? start : libdeflate_crc32(start, bytes.baseAddress, bytes.count)
    }
}

// MARK: In SQL

extension MessageChecksum {
    /// The columns of `message` that it is of.
    static let columns = [
        "key", "id", "assistant_id", "identity", "role", "content", "meta", "date_created", "date_updated",
    ]

    /// Whether a row of `message` is as it was written: 1 or 0.
    static let isRight = "(message.checksum IS \(sql(of: columns.map { "message.\($0)" })))"

    /// - Parameter values: of `columns`.
    static func sql(of values: [String]) -> String {
        "message_checksum(\(values.joined(separator: ", ")))"
    }

    /// What connections need for `sql(of:)`. NULL where a value has another type than its column.
    static let function = DatabaseFunction("message_checksum", argumentCount: columns.count, pure: true) { values in
        let integers = [values[0], values[7], values[8]].compactMap(Int64.fromDatabaseValue)
        let texts = values[1...6].compactMap(String.fromDatabaseValue)
        guard integers.count == 3, texts.count == 6 else { return nil }
        return MessageChecksum(integers: integers, texts: texts).value
    }
}

extension UnsafeMutableRawPointer {
    /// Writes where it points to, and points behind that.
    fileprivate mutating func append(_ integer: Int64) {
        storeBytes(of: integer.littleEndian, as: Int64.self)
        self += 8
    }

    fileprivate mutating func append(_ text: RawSpan) {
        text.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            copyMemory(from: start, byteCount: bytes.count)
            self += bytes.count
        }
    }
}
