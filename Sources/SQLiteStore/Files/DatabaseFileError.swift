/// Why a file is not opened as a database.
package enum DatabaseFileError: Error, CustomStringConvertible {
    case notADatabase(path: String)
    case foreign(path: String)
    case newer(path: String)
    case unfinishedCopy(path: String)
    case unusable(path: String, reason: String)
    case empty(path: String)
    case inaccessible(FileAccessError)
    /// Neither a file nor missing.
    case notRegular(path: String, isDirectory: Bool)
    case locked(path: String)
    case exists(path: String)
    /// Left by an attempt that was interrupted, or another program's.
    case partialExists(path: String)
    case directoryMissing(path: String)
    case notCopied(from: String, to: String, reason: String)
    case damaged(path: String, problem: String)

    package var description: String {
        switch self {
        case .notADatabase(let path):
            "\(path) is not a SQLite database, or its beginning is damaged. Name another database, or restore a backup."
        case .foreign(let path):
            "\(path) is another program's SQLite database. Name another database, or move this one away."
        case .unusable(let path, let reason):
            "\(path) cannot be used as a database: \(reason)"
        case .empty(let path):
            "\(path) is empty: it has no database"
        case .inaccessible(let error):
            error.description
        case .notRegular(let path, let isDirectory):
            "\(path) is \(isDirectory ? "a directory" : "not a regular file"). Name another file."
        case .locked(let path):
            "Another program has \(path) locked. Try again when that program has finished."
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
