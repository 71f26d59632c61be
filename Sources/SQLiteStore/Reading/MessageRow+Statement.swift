import AssistantsStore

/// The columns of `message`, as a page reads them.
extension MessageRow {
    /// What `row` reads; the key comes before, and the checksum last.
    static let columns = "key, id, assistant_id, identity, role, content, meta, date_created, date_updated, checksum"

    /// The row that a statement of `columns` is at, until its next step.
    @_lifetime(borrow statement, copy sessionID)
    static func row(of statement: borrowing PreparedStatement, sessionID: RawSpan) -> MessageRow {
        MessageRow(
            id: statement.bytes(1),
            sessionID: sessionID,
            assistantID: statement.bytes(2),
            identity: statement.bytes(3),
            role: statement.bytes(4),
            content: statement.bytes(5),
            meta: statement.bytes(6),
            dateCreated: statement.timestamp(7),
            dateUpdated: statement.timestamp(8)
        )
    }

    /// Whether the row that a statement of `columns` is at is as it was written.
    borrowing func isIntact(at key: MessageKey, in statement: borrowing PreparedStatement) -> Bool {
        checksum(at: key) == statement.integer(9)
    }

    /// The `RowChecksum` of a row that is read for a page, over `ChecksummedTable.message`'s columns.
    private borrowing func checksum(at key: MessageKey) -> Int64 {
        let (id, assistantID, identity, role) = (id, assistantID, identity, role)
        let (content, meta) = (content, meta)
        let size = 9 * 8 + id.byteCount + assistantID.byteCount + identity.byteCount + role.byteCount
        // The short ones are put together: a call for each takes longer than to copy them.
        let start = withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { buffer in
            guard var end = buffer.baseAddress else { return UInt32(0) }
            end.append(key.value)
            end.append(dateCreated.microseconds)
            end.append(dateUpdated.microseconds)
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
            return RowChecksum.crc(UnsafeRawBufferPointer(buffer))
        }
        let withContent = content.withUnsafeBytes { RowChecksum.crc($0, after: start) }
        return Int64(meta.withUnsafeBytes { RowChecksum.crc($0, after: withContent) })
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
