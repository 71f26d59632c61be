package import AssistantsStore

/// Why a copy failed. Copied rows stay, and the same command resumes from there, unless the error says otherwise.
package enum CopyError: Error, CustomStringConvertible {
    /// The target has an unfinished copy of another store.
    case otherSource
    /// What the target says of its unfinished copy cannot be understood.
    case unreadablePosition
    /// Source and target have not come to the same.
    case differs(StoredTable, source: Int, target: Int)

    package var description: String {
        switch self {
        case .otherSource:
            "The target has an unfinished copy of another store: name that one, or an empty target"
        case .unreadablePosition:
            "The target has an unfinished copy of another version's: run that version, or name an empty target"
        case .differs(let table, let source, let target):
            """
            The copy is not the same as what it is of: table \(table.rawValue), \(source) rows there and \(target) in the \
            copy. The source was changed meanwhile: stop every server on it, empty the target, and copy again.
            """
        }
    }
}
