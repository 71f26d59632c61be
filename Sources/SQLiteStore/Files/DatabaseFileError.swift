/// Why a file is not opened as a database.
package enum DatabaseFileError: Error, CustomStringConvertible {
    case notADatabase(path: String)
    case foreign(path: String)
    case newer(path: String)
    case unfinishedCopy(path: String)
    case unusable(path: String, reason: String)
    case empty(path: String)
    case exists(path: String)
    /// Left by an attempt that was interrupted, or another program's.
    case partialExists(path: String)
    case directoryMissing(path: String)
    case notCopied(from: String, to: String, reason: String)
    case damaged(path: String, problem: String)

    package var description: String {
        switch self {
        case .notADatabase(let path):
            "\(path) is not a SQLite database, or its beginning is damaged; restore a backup, or name another data directory"
        case .foreign(let path):
            "\(path) is another program's SQLite database; move it away, or name another data directory"
        case .unusable(let path, let reason):
            "\(path) cannot be used as a database: \(reason)"
        case .empty(let path):
            "\(path) has nothing in it, or is not there"
        case .exists(let path):
            "The file \(path) already exists. Choose another name, or remove the file."
        case .partialExists(let path):
            "There is a file \(path), of an interrupted attempt or of another program. Remove it, or choose another name."
        case .directoryMissing(let path):
            "Cannot write \(path), because its directory does not exist. Create that first."
        case .notCopied(let path, let copy, let reason):
            "\(path) cannot be written to \(copy): \(reason)"
        case .damaged(let path, let problem):
            "\(path) is damaged: \(problem)"
        case .unfinishedCopy(let path):
            "A copy into \(path) was not finished; the same understudy copy goes on with it"
        case .newer(let path):
            "\(path) was written by a newer version of Understudy; run that version, or restore the copy that it put aside"
        }
    }
}
