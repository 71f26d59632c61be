import AssistantsStore
import GRDB
import TestSupport
import Testing

@testable import SQLiteStore

@Suite("Tables and their description")
struct TableTests {
    private let directory: TemporaryDirectory
    private let store: SQLiteStore

    init() throws {
        directory = try TemporaryDirectory()
        store = try SQLiteStore(path: directory.file("understudy.sqlite"))
    }

    @Test(
        "a table has the columns that are described, and those of its own",
        arguments: StoredTable.allCases.filter { $0 != .number }
    )
    func columns(_ table: StoredTable) async throws {
        struct Found: Hashable {
            let name: String
            let type: String
            let isNullable: Bool
        }
        let found = try await store.read { db in
            try db.columns(in: table.rawValue).map { column in
                Found(
                    name: column.name,
                    type: column.type,
                    isNullable: !column.isNotNull && column.primaryKeyIndex == 0
                )
            }
        }
        let types: [AssistantsStore.Column.ValueType: String] = [
            .boolean: "INTEGER", .integer: "INTEGER", .text: "TEXT", .bytes: "BLOB",
        ]
        // A message's key stands for the columns that say which session it is of, and where.
        let described = table == .message ? Array(table.columns.dropFirst(4)) : table.columns
        let expected = try described.map { column in
            Found(name: column.name, type: try #require(types[column.type]), isNullable: column.isNullable)
        }
        #expect(Set(expected).subtracting(found) == [])
        let own = Set(found.map(\.name)).subtracting(described.map(\.name))
        #expect(own.subtracting(["checksum", "key", "number", "settled_activity"]) == [])
    }

    @Test("a page reads every column of a message, and its checksum covers every column")
    func pageColumns() {
        let described = StoredTable.message.columns.dropFirst(4).map(\.name)
        #expect(
            Set(MessageRow.columns.split(separator: ", ").map(String.init)) == Set(["key"] + described + ["checksum"])
        )
        #expect(ChecksummedTable.message.columns == ["key"] + described)
    }

    @Test("a column that was added, and is NULL, changes no checksum; a value in it does")
    func addedColumns() async throws {
        func checksum(_ values: String) async throws -> Int64? {
            try await store.read { db in try Int64.fetchOne(db, sql: "SELECT row_checksum(\(values))") }
        }
        let row = try #require(try await checksum("'a', NULL, 7"))
        #expect(try await checksum("'a', NULL, 7, NULL, NULL") == row)
        for changed in [
            "'a', 7", "'a', NULL", "'a', NULL, 7, ''", "'a', NULL, 7, X''", "'a', NULL, 7, 0", "'a', NULL, 7, NULL, 0",
            "'a', NULL, NULL, 7", "NULL, 'a', NULL, 7",
        ] {
            #expect(try await checksum(changed) != row, "\(changed)")
        }
        #expect(try await checksum("'a', NULL, 7, ''") != checksum("'a', NULL, 7, X''"))
    }
}
