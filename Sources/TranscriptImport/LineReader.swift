package import Foundation

/// Reads a file line by line, and keeps no more of it than a line's greatest length.
package struct LineReader {
    /// In bytes.
    static let chunkSize = 1 << 18
    /// In bytes, without the line break.
    static let maximumLineLength = 1 << 20

    /// A line without its line break, or one that is too long to be read.
    package enum Line {
        case bytes([UInt8])
        case tooLong
    }

    private let file: FileHandle
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    /// From 1; 0 before the first line.
    private(set) var number = 0
    /// How many bytes have been read as lines.
    package private(set) var offset: UInt64 = 0

    package init(_ file: FileHandle) {
        self.file = file
    }

    /// `nil` behind the last line. A line break at the end of the file begins no further line.
    package mutating func next() throws -> Line? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                return line(upTo: end, behind: end + 1)
            }
            if isAtEnd {
                return start < buffer.count ? line(upTo: buffer.count, behind: buffer.count) : nil
            }
            guard buffer.count - start <= Self.maximumLineLength else {
                number += 1
                return .tooLong
            }
            buffer.removeFirst(start)
            start = 0
            searched = buffer.count
            let chunk = try file.read(upToCount: Self.chunkSize) ?? Data()
            buffer += chunk
            isAtEnd = chunk.isEmpty
        }
    }

    private mutating func line(upTo end: Int, behind next: Int) -> Line {
        number += 1
        offset += UInt64(next - start)
        defer { start = next }
        guard end - start <= Self.maximumLineLength else { return .tooLong }
        return .bytes(Array(buffer[start..<end]))
    }
}
