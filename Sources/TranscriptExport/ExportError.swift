package import AssistantsStore

/// Why an export ended. What it wrote before to a file can be continued from.
package enum ExportError: Error, CustomStringConvertible {
    case unwritable(path: String, reason: String)
    /// A session was deleted while its pages were written to a stream, which cannot take them back.
    case sessionDeleted(SessionID)
    case interrupted

    package var description: String {
        switch self {
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
        case .sessionDeleted(let id):
            """
            Session \(id) was deleted while it was being written. The output ends within it: export again, or to a file, which \
            leaves such a session out.
            """
        case .interrupted: "The export was interrupted"
        }
    }
}
