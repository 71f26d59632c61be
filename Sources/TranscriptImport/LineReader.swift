/// Reads a file line by line, and keeps no more of it than a line's greatest length.
package struct LineReader {
    /// In bytes.
    static let chunkSize = 1 << 18
    /// In bytes, without the line break: more than an export has in one.
    static let maximumLineLength = 4 << 20
    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// A line without its line break, or one that is too long to be read.
    package enum Line {
        case bytes([UInt8])
        case tooLong
    }

    private let file: ReadableFile
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    /// From 1; 0 before the first line.
    private(set) var number = 0
    /// How many bytes have been read as lines.
    package private(set) var offset: UInt64 = 0

    package init(_ file: ReadableFile) {
        self.file = file
    }

    /// `nil` behind the last line. A line break at the end of the file begins no further line.
    /// - Throws: `ImportError.unreadable`.
    package mutating func next() throws(ImportError) -> Line? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                return line(upTo: end, behind: end + 1)
            }
            if isAtEnd {
                return start < buffer.count ? line(upTo: buffer.count, behind: buffer.count) : nil
            }
            guard buffer.count - start <= Self.maximumLineLength else { return try skipLine() }
            searched = try readChunk()
        }
    }

    /// Passes over the rest of a line that is too long.
    private mutating func skipLine() throws(ImportError) -> Line {
        number += 1
        while true {
            let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n"))
            let next = end.map { $0 + 1 } ?? buffer.count
            offset += UInt64(next - start)
            start = next
            if end != nil || isAtEnd { return .tooLong }
            _ = try readChunk()
        }
    }

    /// - Returns: where the new bytes begin.
    private mutating func readChunk() throws(ImportError) -> Int {
        buffer.removeFirst(start)
        start = 0
        let searched = buffer.count
        let chunk = try file.read(upToCount: Self.chunkSize)
        buffer += chunk
        isAtEnd = chunk.isEmpty
        return searched
    }

    private mutating func line(upTo end: Int, behind next: Int) -> Line {
        number += 1
        offset += UInt64(next - start)
        defer { start = next }
        guard end - start <= Self.maximumLineLength else { return .tooLong }
        return .bytes(Array(buffer[start..<end]))
    }
}
