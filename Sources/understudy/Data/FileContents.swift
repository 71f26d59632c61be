import Foundation

/// Reads whole files, pipes, and standard input.
enum FileContents {
    /// - Parameter path: of a file or a pipe, or `-` for standard input.
    /// - Throws: `CommandError`.
    static func read(_ path: String, what: String) throws -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, what) }
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = []
        while true {
            let part = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
                guard count >= 0 else {
                    count = 0
                    throw failure(path, what)
                }
            }
            guard !part.isEmpty else { return bytes }
            bytes += part
        }
    }

    private static func failure(_ path: String, _ what: String) -> CommandError {
        CommandError("Cannot read the \(what) from \(path == "-" ? "standard input" : path): \(SystemError.reason()).")
    }
}
