import AssistantsStore
import Foundation

/// One file of an input, which can be read twice: once to check it and once to store it.
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
    private let handle: FileHandle

    /// - Parameter path: of a file, or `-` for standard input. What is no regular file is first copied to disk.
    /// - Throws: `ImportError.unreadable`, `ImportError.otherForm`.
    init(path: String) throws {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        let name = path == "-" ? "standard input" : path
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            throw ImportError.unreadable(path: name, reason: String(cString: strerror(errno)))
        }
        let opened = FileHandle(fileDescriptor: descriptor, closeOnDealloc: path != "-")
        do {
            switch status.st_mode & S_IFMT {
            case S_IFREG: handle = opened
            case S_IFDIR: throw ImportError.unreadable(path: name, reason: "it is a directory")
            default: handle = try Self.spool(opened)
            }
            size = try handle.seekToEnd()
            form = try Self.form(of: handle, name: name)
        } catch let error as ImportError {
            throw error
        } catch {
            throw ImportError.unreadable(path: name, reason: error.localizedDescription)
        }
        self.name = name
    }

    /// Reads lines from the beginning.
    func lines() throws -> LineReader {
        try handle.seek(toOffset: 0)
        return LineReader(handle)
    }

    /// Reads JSON objects from the beginning.
    func documents() throws -> DocumentReader {
        try handle.seek(toOffset: 0)
        return DocumentReader(handle)
    }

    /// Reads a part of the file; less where it has become shorter.
    func bytes(at offset: UInt64, count: Int) throws -> [UInt8] {
        try handle.seek(toOffset: offset)
        return Array(try handle.read(upToCount: count) ?? Data())
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

    // MARK: Form

    /// - Throws: `ImportError.otherForm` where it is one that people have, and that must be converted.
    private static func form(of file: FileHandle, name: String) throws -> Form {
        try file.seek(toOffset: 0)
        var documents = DocumentReader(file)
        guard let first = try? documents.next()?.bytes else { return .lines }
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
        var scanner = JSONScanner(first, numbers: .any)
        guard let members = try? scanner.members() else { return .lines }
        if case .array? = members.first(where: { $0.key == "messages" })?.value { return .pages }
        guard first.contains(0x0A) else { return .lines }
        throw ImportError.otherForm(
            path: name,
            form: "has messages that go over several lines, and import reads one message a line",
            advice: "Convert it: jq -c . FILE | understudy import … -"
        )
    }

    /// Whether a first line has names between commas, semicolons, or tabs, one of them a message's field.
    private static func isCSV(_ line: [UInt8]) -> Bool {
        let names = String(decoding: line.prefix(1_000), as: UTF8.self).split { ",;\t\n\r".contains($0) }
            .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "\" ")).lowercased() }
        return names.count > 1 && names.contains { ["session_id", "sessionid", "role", "content"].contains($0) }
    }
}
