package import AssistantsStore
import Dispatch
import Foundation
import GRDB

extension SQLiteStore {
    /// In bytes: what the write-ahead log may keep of the disk. SQLite starts it over long before that, unless somebody reads
    /// one state of the database for long, as a backup does.
    static let maximumLogSize = 64 << 20

    /// In pages: above this, slices for lists with a filter run one at a time, so that the log can be restarted. Twice the size at which
    /// SQLite starts to write it back.
    static let largeLog = 2_048

    /// Writes the log into the database and empties its file. Until then it has what was deleted, too.
    /// - Parameter patience: how long to wait for those that read or write.
    /// - Throws: `unavailable` if they took longer.
    package func truncateLog(patience: Duration) async throws(StoreError) {
        do {
            // Not in the pool of tasks, for it blocks. Not cancelled with its task, for a server that stops cancels that.
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                DispatchQueue.global().async { [path = pool.path] in
                    continuation.resume(with: Result { try Self.truncateLog(of: path, patience: patience) })
                }
            }
        } catch {
            throw StoreError(error)
        }
    }

    /// Truncates the log if it is large.
    func truncateLargeLog() async throws(StoreError) {
        guard Self.logSize(of: pool.path) > Self.maximumLogSize else { return }
        do {
            try await truncateLog(patience: .milliseconds(100))
        } catch .unavailable {
            // Somebody reads or writes; there is another time.
        }
    }

    package func databaseSize() async throws(StoreError) -> Int { Self.fileSize(of: pool.path) }

    /// In bytes; 0 where there is none.
    static func logSize(of path: String) -> Int { fileSize(of: "\(path)-wal") }

    private static func fileSize(of path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.size] as? Int ?? 0
    }

    private static func truncateLog(of path: String, patience: Duration) throws {
        // Of a connection of its own: the writer's waits for longer.
        var configuration = Configuration()
        configuration.busyMode = .timeout(patience / .seconds(1))
        try DatabaseQueue(path: path, configuration: configuration).inDatabase { db in
            // Most of a large log is written while others write; truncating it holds them for the rest. Somebody else may be doing
            // the first part now.
            _ = try? db.checkpoint(.passive)
            _ = try db.checkpoint(.truncate)
        }
    }
}
