import AssistantsStore

/// Reads a file of JSON objects one by one, whether they have line breaks within them or not.
struct DocumentReader {
    /// In bytes: more than a page of Understudy's has.
    static let maximumLength = 32 << 20

    struct Document {
        let bytes: [UInt8]
        /// In the file, in bytes.
        let offset: UInt64
        /// The line on which it begins, from 1.
        let line: Int
    }

    private let file: ReadableFile
    private var chunk: [UInt8] = []
    private var index = 0
    private var offset: UInt64 = 0
    private var line = 1

    init(_ file: ReadableFile) {
        self.file = file
    }

    /// `nil` behind the last object. What is no object ends with its line, and what does not end, with the file.
    /// - Throws: `ImportError.unreadable`, also where an object is longer than `maximumLength`.
    mutating func next() throws(ImportError) -> Document? {
        var start = (offset: offset, line: line)
        var bytes: [UInt8] = []
        var depth = 0
        var strings = JSONStrings()
        while let byte = try nextByte() {
            if bytes.isEmpty {
                if byte.isJSONWhiteSpace { continue }
                if offset <= LineReader.byteOrderMark.count, LineReader.byteOrderMark.contains(byte) { continue }
                start = (offset - 1, line)
            }
            bytes.append(byte)
            guard bytes.count <= Self.maximumLength else {
                throw file.unreadable("a page is longer than \(Self.maximumLength) bytes")
            }
            if strings.read(byte) { continue }
            switch byte {
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"): depth -= 1
            default: break
            }
            let isObject = bytes[0] == UInt8(ascii: "{")
            if isObject ? depth == 0 : byte == 0x0A { break }
        }
        return bytes.isEmpty ? nil : Document(bytes: bytes, offset: start.offset, line: start.line)
    }

    private mutating func nextByte() throws(ImportError) -> UInt8? {
        if index == chunk.count {
            chunk = try file.read(upToCount: LineReader.chunkSize)
            index = 0
            guard !chunk.isEmpty else { return nil }
        }
        let byte = chunk[index]
        index += 1
        offset += 1
        if byte == 0x0A { line += 1 }
        return byte
    }
}
