import AssistantsStore
import Foundation

/// How far a copy is. The target stores it with every batch, so that an interrupted copy resumes from there.
struct CopyPosition: Codable {
    /// Tells the source from others.
    let source: String
    let table: StoredTable
    /// The last row of the table that was copied; `nil` where none was.
    let cursor: [StoredValue]?

    init(source: String, table: StoredTable, cursor: [StoredValue]? = nil) {
        self.source = source
        self.table = table
        self.cursor = cursor
    }

    /// - Throws: `CopyError.unreadablePosition`.
    init(_ bytes: [UInt8]) throws {
        do {
            self = try JSONDecoder().decode(CopyPosition.self, from: Data(bytes))
        } catch {
            throw CopyError.unreadablePosition
        }
    }

    var bytes: [UInt8] {
        get throws { Array(try JSONEncoder().encode(self)) }
    }

    /// The same at another place.
    func at(_ table: StoredTable, _ cursor: [StoredValue]?) -> CopyPosition {
        CopyPosition(source: source, table: table, cursor: cursor)
    }
}
