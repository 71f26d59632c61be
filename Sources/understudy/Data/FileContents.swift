import Foundation
import SQLiteStore

/// Reads whole files, pipes, and standard input.
enum FileContents {
    /// - Parameters:
    ///   - path: of a file or a pipe.
    ///   - what: it is, for the error.
    /// - Throws: `CommandError`.
    static func read(_ path: String, what: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, what) }
        defer { close(descriptor) }
        return try read(descriptor, path, what)
    }

    /// The same of standard input.
    static func readStandardInput(what: String) throws -> [UInt8] {
        try read(STDIN_FILENO, "standard input", what)
    }

    private static func read(_ descriptor: CInt, _ path: String, _ what: String) throws -> [UInt8] {
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
        let number = errno
        let reason = SystemError.reason(number)
        return CommandError("Cannot read the \(what) from \(path): \(reason).\(FileAccessError.advice(path, number))")
    }
}
