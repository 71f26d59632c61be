import CLibpq

extension PostgresConnection {
    /// Adds many rows to a table at once.
    mutating func copy(_ rows: CopyText, into table: String, columns: [String]) throws(PostgresError) {
        let handle = handle
        let start = PQexec(handle, "COPY \(table) (\(columns.joined(separator: ", "))) FROM STDIN")
        guard PQresultStatus(start) == PGRES_COPY_IN else {
            _ = try checked(start)
            throw PostgresError(message: "COPY did not begin")
        }
        PQclear(start)
        let isSent = rows.bytes.withUnsafeBytes { bytes in
            // In pieces: libpq keeps each in its buffer.
            stride(from: 0, to: bytes.count, by: Self.pieceLength).allSatisfy { offset in
                let piece = UnsafeRawBufferPointer(rebasing: bytes[offset...].prefix(Self.pieceLength))
                return PQputCopyData(handle, piece.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(piece.count))
                    == 1
            }
        }
        guard PQputCopyEnd(handle, isSent ? nil : "the rows could not be sent") == 1 else { throw failure }
        let end = PQgetResult(handle)
        while let more = PQgetResult(handle) { PQclear(more) }
        _ = try checked(end)
    }

    private static var pieceLength: Int { 1 << 20 }
}
