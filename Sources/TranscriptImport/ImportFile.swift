import AssistantsStore
import Foundation

/// One file of an input, which is read more than once: to check it and to store it.
struct ImportFile {
    /// What a file has.
    enum Form {
        /// One message a line.
        case lines
        /// Pages of the list of messages, one after another.
        case pages
    }

    /// For errors.
    let name: String
    /// In bytes.
    let size: UInt64
    let form: Form
    private let source: Source

    /// Where the bytes come from.
    private enum Source {
        /// A file that is opened whenever it is read, so that an input may have any number of them.
        case path(String, identity: Identity)
        /// One that has no name.
        case opened(ReadableFile)
    }

    /// Identifies the file, so that a replacement is noticed.
    private struct Identity: Equatable {
        let device: dev_t
        let inode: ino_t

        init(_ status: stat) { (device, inode) = (status.st_dev, status.st_ino) }
    }

    /// - Parameters:
    ///   - path: of a file, or `-` for standard input. What is no regular file is first copied to disk.
    ///   - isInterrupted: asked now and then, while it is copied, whether to end.
    /// - Throws: `ImportError.unreadable`, `ImportError.unwritable`, `ImportError.otherForm`, `ImportError.interrupted`.
    init(path: String, isInterrupted: () -> Bool) throws {
        name = path == "-" ? "standard input" : path
        var file =
            path == "-" ? ReadableFile(descriptor: STDIN_FILENO, name: name, isOwned: false) : try Self.open(path)
        let status = try file.status()
        switch status.st_mode & S_IFMT {
        case S_IFREG where path != "-": source = .path(path, identity: Identity(status))
        case S_IFREG: source = .opened(file)
        case S_IFDIR: throw ImportError.unreadable(path: name, reason: "it is a directory")
        default:
            file = try Self.spool(file, isInterrupted)
            source = .opened(file)
        }
        size = UInt64(try file.status().st_size)
        form = try Self.form(of: file, name: name)
    }

    /// Reads lines from the beginning.
    /// - Throws: `ImportError.unreadable`.
    func lines() throws -> LineReader {
        LineReader(try file(at: 0))
    }

    /// Reads JSON objects from the beginning.
    /// - Throws: `ImportError.unreadable`.
    func documents() throws -> DocumentReader {
        DocumentReader(try file(at: 0))
    }

    /// Reads a part of the file; less where it has become shorter.
    /// - Throws: `ImportError.unreadable`.
    func bytes(at offset: UInt64, count: Int) throws -> [UInt8] {
        let file = try file(at: offset)
        var bytes: [UInt8] = []
        while bytes.count < count {
            let piece = try file.read(upToCount: count - bytes.count)
            if piece.isEmpty { break }
            bytes += piece
        }
        return bytes
    }

    private func file(at offset: UInt64) throws -> ReadableFile {
        let file: ReadableFile
        switch source {
        case .opened(let opened): file = opened
        case .path(let path, let identity):
            file = try Self.open(path)
            guard Identity(try file.status()) == identity else {
                throw ImportError.unreadable(
                    path: path,
                    reason: "it was replaced during the import. Run the same command again."
                )
            }
        }
        try file.seek(to: offset)
        return file
    }

    private static func open(_ path: String) throws -> ReadableFile {
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ImportError.unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        return ReadableFile(descriptor: descriptor, name: path, isOwned: true)
    }

    /// Copies to a file that has no name, and so is gone with the process.
    private static func spool(_ source: ReadableFile, _ isInterrupted: () -> Bool) throws -> ReadableFile {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("understudy-\(UUID()).jsonl").path
        // For its owner alone, from the beginning.
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw unwritable(path) }
        let spool = ReadableFile(descriptor: descriptor, name: path, isOwned: true)
        unlink(path)
        while true {
            try source.waitForBytes(isInterrupted)
            let piece = try source.read(upToCount: LineReader.chunkSize)
            if piece.isEmpty { return spool }
            var rest = piece[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    throw unwritable(path)
                }
            }
        }
    }

    private static func unwritable(_ path: String) -> ImportError {
        .unwritable(path: path, reason: String(cString: strerror(errno)))
    }

    // MARK: Form

    /// - Throws: `ImportError.otherForm` where it is one that people have, and that must be converted. `ImportError.unreadable` where it
    ///   begins with a page that is too long.
    private static func form(of file: ReadableFile, name: String) throws -> Form {
        try file.seek(to: 0)
        var documents = DocumentReader(file)
        let document: DocumentReader.Document?
        do {
            document = try documents.next()
        } catch {
            // A line that is too long is reported as a line.
            if try beginsInLine(file) { return .lines }
            throw error
        }
        guard let first = document?.bytes else { return .lines }
        if first.first == UInt8(ascii: "[") {
            throw ImportError.otherForm(
                path: name,
                form: "is a JSON array, and import reads one message a line",
                advice: "Convert it: jq -c '.[]' FILE | understudy import … -"
            )
        }
        guard first.first == UInt8(ascii: "{") else {
            guard isCSV(first) else { return .lines }
            throw ImportError.otherForm(
                path: name,
                form: "looks like CSV, and import reads JSON",
                advice: """
                    Convert each row to a line like \
                    {"session_id":"s","role":"user","content":{"content":"Hello"},"date_created":"2026-06-01T09:30:00Z"}
                    """
            )
        }
        // Whatever is wrong with the page.
        let members = (JSONParts.split(first[...]) ?? []).compactMap(JSONParts.member)
        if members.contains(where: { $0.key == "messages" }) { return .pages }
        var scanner = JSONScanner(first, numbers: .any)
        guard first.contains(0x0A), (try? scanner.members()) != nil else { return .lines }
        throw ImportError.otherForm(
            path: name,
            form: "has messages that go over several lines, and import reads one message a line",
            advice: "Convert it: jq -c . FILE | understudy import … -"
        )
    }

    /// Whether an object that is too long has lines too long to be read, rather than line breaks within it.
    private static func beginsInLine(_ file: ReadableFile) throws -> Bool {
        try file.seek(to: 0)
        var lines = LineReader(file)
        guard case .bytes(let line) = try lines.next() else { return true }
        return !line.contains(UInt8(ascii: "{"))
    }

    /// Whether a first line has names between commas, semicolons, or tabs, one of them a message's field.
    private static func isCSV(_ line: [UInt8]) -> Bool {
        let names = String(decoding: line.prefix(1_000), as: UTF8.self).split { ",;\t\n\r".contains($0) }
            .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "\" ")).lowercased() }
        return names.count > 1 && names.contains { ["session_id", "sessionid", "role", "content"].contains($0) }
    }
}
