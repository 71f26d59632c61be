import Foundation

/// What is imported: a file that can be read twice, once to check it and once to store it.
package struct ImportInput {
    private let file: FileHandle
    /// In bytes.
    let size: UInt64

    /// - Parameter path: of a file, or `-` for standard input. What is no regular file is first copied to disk.
    package init(path: String) throws {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        let name = path == "-" ? "standard input" : path
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            throw ImportError.unreadable(path: name, reason: String(cString: strerror(errno)))
        }
        let opened = FileHandle(fileDescriptor: descriptor, closeOnDealloc: path != "-")
        do {
            switch status.st_mode & S_IFMT {
            case S_IFREG: file = opened
            case S_IFDIR: throw ImportError.unreadable(path: name, reason: "it is a directory")
            default: file = try Self.spool(opened)
            }
            size = try file.seekToEnd()
        } catch let error as ImportError {
            throw error
        } catch {
            throw ImportError.unreadable(path: name, reason: error.localizedDescription)
        }
    }

    /// Reads from the beginning.
    func lines() throws -> LineReader {
        try file.seek(toOffset: 0)
        return LineReader(file)
    }

    /// Copies to a file that has no name, and so is gone with the process.
    private static func spool(_ source: FileHandle) throws -> FileHandle {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("understudy-\(UUID()).jsonl").path
        // For its owner alone, from the beginning.
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ImportError.unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        let spool = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        unlink(path)
        while let chunk = try source.read(upToCount: LineReader.chunkSize), !chunk.isEmpty {
            try spool.write(contentsOf: chunk)
        }
        return spool
    }
}
