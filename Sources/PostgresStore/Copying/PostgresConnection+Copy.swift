import AssistantsStore
import CLibpq

/// Rows to add to a table.
struct CopiedRows {
    let table: String
    let columns: [String]
    let text: CopyText

    init(_ rows: some Sequence<some Collection<StoredValue>>, table: String, columns: [String]) {
        var text = CopyText()
        for row in rows { text.append(row) }
        (self.table, self.columns, self.text) = (table, columns, text)
    }
}

extension PostgresConnection {
    /// Adds many rows to tables at once. Each table that gets any takes one round trip, and the first takes two.
    mutating func copy(_ tables: [CopiedRows]) throws(PostgresError) {
        let tables = tables.filter { !$0.text.bytes.isEmpty }
        guard !tables.isEmpty else { return }
        let handle = handle
        let statements = tables.map { "COPY \($0.table) (\($0.columns.joined(separator: ", "))) FROM STDIN" }
        guard PQsendQuery(handle, statements.joined(separator: "; ")) == 1 else { throw failure }
        defer { while let more = PQgetResult(handle) { PQclear(more) } }
        for rows in tables {
            let start = PQgetResult(handle)
            guard PQresultStatus(start) == PGRES_COPY_IN else {
                _ = try checked(start)
                throw PostgresError(message: "COPY did not begin")
            }
            PQclear(start)
            let isSent = rows.text.bytes.withUnsafeBytes { bytes in
                // In pieces: libpq keeps each in its buffer.
                stride(from: 0, to: bytes.count, by: Self.pieceLength).allSatisfy { offset in
                    let piece = UnsafeRawBufferPointer(rebasing: bytes[offset...].prefix(Self.pieceLength))
                    let start = piece.baseAddress?.assumingMemoryBound(to: CChar.self)
                    return PQputCopyData(handle, start, Int32(piece.count)) == 1
                }
            }
            guard PQputCopyEnd(handle, isSent ? nil : "the rows could not be sent") == 1 else { throw failure }
            _ = try checked(PQgetResult(handle))
        }
    }

    private static var pieceLength: Int { 1 << 20 }
}
