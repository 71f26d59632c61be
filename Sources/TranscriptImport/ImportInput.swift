import Foundation

/// What is imported: a file that can be read twice, once to check it and once to store it.
package struct ImportInput {
    private let file: FileHandle
    /// What it is called in errors.
    private let name: String
    /// In bytes.
    let size: UInt64

    /// - Parameter path: of a file, or `-` for standard input. What is no regular file is first copied to disk.
    package init(path: String) throws {
        name = path == "-" ? "standard input" : path
        do {
            let opened: FileHandle
            if path == "-" {
                opened = .standardInput
            } else {
                opened = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            }
            file = path != "-" && Self.isRegular(path) ? opened : try Self.spool(opened)
            size = try file.seekToEnd()
        } catch {
            throw ImportError.unreadable(path: name, reason: error.localizedDescription)
        }
    }

    /// Reads from the beginning.
    func lines() throws -> LineReader {
        try file.seek(toOffset: 0)
        return LineReader(file)
    }

    private static func isRegular(_ path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: (path as NSString).resolvingSymlinksInPath)
        return attributes?[.type] as? FileAttributeType == .typeRegular
    }

    /// Copies to a file that has no name, and so is gone with the process.
    private static func spool(_ source: FileHandle) throws -> FileHandle {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("understudy-\(UUID()).jsonl")
        try Data().write(to: url, options: .withoutOverwriting)
        let spool = try FileHandle(forUpdating: url)
        try FileManager.default.removeItem(at: url)
        while let chunk = try source.read(upToCount: LineReader.chunkSize), !chunk.isEmpty {
            try spool.write(contentsOf: chunk)
        }
        return spool
    }
}
