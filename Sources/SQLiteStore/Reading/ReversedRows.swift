import AssistantsStore

/// Copies of rows that were read from the last to the first, so that they can be given in the list's order. They are no more
/// than a page's budget, and one.
struct ReversedRows {
    private struct Row {
        /// How many bytes each text has; they follow each other.
        let lengths: (id: Int, assistantID: Int, identity: Int, role: Int, content: Int, meta: Int)
        let dateCreated: Timestamp
        let dateUpdated: Timestamp
    }

    private var rows: [Row] = []
    private var bytes: [UInt8] = []

    /// - Parameter capacity: how many rows there may be. There is room for that many of usual length, or for fewer of a large page.
    init(capacity: Int) {
        let capacity = min(capacity, 100)
        rows.reserveCapacity(capacity)
        bytes.reserveCapacity(512 * capacity)
    }

    mutating func append(_ row: borrowing MessageRow) {
        rows.append(
            Row(
                lengths: (
                    row.id.byteCount, row.assistantID.byteCount, row.identity.byteCount, row.role.byteCount,
                    row.content.byteCount, row.meta.byteCount
                ),
                dateCreated: row.dateCreated,
                dateUpdated: row.dateUpdated
            )
        )
        append(row.id)
        append(row.assistantID)
        append(row.identity)
        append(row.role)
        append(row.content)
        append(row.meta)
    }

    private mutating func append(_ text: RawSpan) {
        text.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// From the row that was appended last to the first.
    /// - Parameter sessionID: that of every row.
    func forEach(of sessionID: RawSpan, _ body: (borrowing MessageRow) -> Void) {
        let bytes = bytes.span.bytes
        var end = bytes.byteCount
        for row in rows.reversed() {
            func text(_ length: Int) -> Range<Int> {
                end -= length
                return end..<end + length
            }
            let (meta, content) = (text(row.lengths.meta), text(row.lengths.content))
            let (role, identity) = (text(row.lengths.role), text(row.lengths.identity))
            let (assistantID, id) = (text(row.lengths.assistantID), text(row.lengths.id))
            body(
                MessageRow(
                    id: bytes.extracting(id),
                    sessionID: sessionID,
                    assistantID: bytes.extracting(assistantID),
                    identity: bytes.extracting(identity),
                    role: bytes.extracting(role),
                    content: bytes.extracting(content),
                    meta: bytes.extracting(meta),
                    dateCreated: row.dateCreated,
                    dateUpdated: row.dateUpdated
                )
            )
        }
    }
}
