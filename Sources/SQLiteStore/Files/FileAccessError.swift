import Foundation

/// A file or a directory that the system does not let the process open or create.
package struct FileAccessError: Error, CustomStringConvertible {
    package let description: String

    /// - Parameters:
    ///   - number: the system's error number; by default, of the call that has just failed.
    ///   - verb: what the process cannot do.
    package init(path: String, _ number: CInt = errno, _ verb: String = "open") {
        description = "Cannot \(verb) \(path): \(String(cString: strerror(number))).\(Self.advice(path, number))"
    }

    /// What to do if permission is denied, as a sentence with a space before it; empty for other errors.
    package static func advice(_ path: String, _ number: CInt) -> String {
        guard number == EACCES || number == EPERM || number == EROFS else { return "" }
        guard number != EROFS else { return " Its file system is mounted read-only." }
        var url = URL(fileURLWithPath: path)
        var status = stat()
        // The file may be missing, or in a directory that cannot be entered.
        while stat(url.path, &status) != 0, url.path != "/" { url.deleteLastPathComponent() }
        let name = url.path == URL(fileURLWithPath: path).path ? "It" : url.path
        guard status.st_uid != geteuid() else {
            return " \(name) has mode \(String(status.st_mode & 0o7777, radix: 8)); change it with chmod."
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)
        let owner = attributes?[.ownerAccountName] as? String ?? "user \(status.st_uid)"
        return " \(name) belongs to \(owner); run the command as that user."
    }
}
