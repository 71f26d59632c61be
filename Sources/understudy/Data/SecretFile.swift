/// A file that holds a secret and nothing else.
enum SecretFile {
    /// The file's text, without a line break at the end.
    /// - Parameters:
    ///   - path: of a file, or `-` for standard input.
    ///   - what: the secret is, for the error.
    /// - Throws: `CommandError` where it cannot be read.
    static func read(_ path: String, what: String) throws -> String {
        var bytes =
            try path == "-" ? FileContents.readStandardInput(what: what) : FileContents.read(path, what: what)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandError("The \(what) in \(path) must be text in UTF-8.")
        }
        return text
    }
}
