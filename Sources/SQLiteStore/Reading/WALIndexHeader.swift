import AssistantsStore
import GRDB
import GRDBSQLite
import Synchronization

/// The header of the index of SQLite's write-ahead log, in the memory that all processes share which have the database open.
///
/// Every commit changes it, whoever makes it, and it is what SQLite itself compares to know whether anything was written: what was
/// read under a header is current for as long as that stays the same. A writer writes its second copy first, and readers take a
/// commit for done when both are there, so the first copy is enough for those that only compare. The format is in
/// https://www.sqlite.org/walformat.html, section 2.2.
///
/// `@unchecked Sendable`: the memory stays mapped while a connection to the file is open, which the store's pool has, and is only read.
struct WALIndexHeader: @unchecked Sendable {
    /// In bytes: what SQLite maps at once.
    private static let regionSize: Int32 = 32_768

    private let address: UnsafeRawPointer

    /// - Parameter connection: in write-ahead-log mode, and has read; it stays open.
    /// - Returns: `nil` where the file system has no shared memory for it.
    init?(of connection: SQLiteConnection) {
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file,
            let methods = file.pointee.pMethods, methods.pointee.iVersion >= 2, let map = methods.pointee.xShmMap
        else { return nil }
        var region: UnsafeMutableRawPointer?
        guard map(file, 0, Self.regionSize, 0, &region) == SQLITE_OK, let region else { return nil }
        address = UnsafeRawPointer(region)
    }

    /// How many pages the log has, and whether all of them are in the database file. Then the next writer restarts the log, unless a reader
    /// still uses it.
    var log: (pageCount: Int, isWrittenBack: Bool) {
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        let pageCount = address.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
        // The header is there twice; what checkpoints have done follows.
        let writtenBack = address.loadUnaligned(fromByteOffset: 96, as: UInt32.self)
        return (Int(pageCount), writtenBack >= pageCount)
    }

    var state: StoreState {
        // Not what was loaded before: another process writes here.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        // 48 bytes.
        let state = StoreState(
            address.loadUnaligned(as: UInt128.self),
            address.loadUnaligned(fromByteOffset: 16, as: UInt128.self),
            address.loadUnaligned(fromByteOffset: 32, as: UInt128.self)
        )
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return state
    }
}
