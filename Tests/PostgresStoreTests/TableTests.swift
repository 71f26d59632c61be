import AssistantsStore
import TestSupport
import Testing

@testable import PostgresStore

@Suite("Tables in PostgreSQL and their description")
struct TableTests {
    @Test("a page and a message have every column of the table")
    func messageColumns() {
        let described = StoredTable.message.columns.dropFirst(4).map(\.name)
        let page = MessageRow.columns { $0 }.split(separator: ", ").map { String($0) }
        #expect(Set(page) == Set(described))
        #expect(Set(Message.columns.split(separator: ", ").map { String($0) } + ["id"]) == Set(described))
        #expect(Set(Message.insertedColumns) == Set(["session_key", "position"] + described))
    }

    @Test("a table has the columns that are described, and those of its own")
    func columns() async throws {
        struct Found: Hashable {
            let name: String
            let type: String
            let isNullable: Bool
        }
        let database = try TestDatabase()
        try await PostgresStore.migrate(url: database.url)
        var connection = try PostgresConnection(url: database.url)
        for table in StoredTable.allCases where table != .number {
            let found = try connection.run(
                """
                SELECT column_name::text, data_type::text, is_nullable = 'YES' FROM information_schema.columns
                WHERE table_name = $1
                """,
                [table.rawValue]
            ).map { Found(name: $0.text($1, 0), type: $0.text($1, 1), isNullable: $0.bool($1, 2)) }
            // A message's session key stands for the columns that say which session it is of.
            let described = (table == .message ? Array(table.columns.dropFirst(3)) : table.columns).filter(\.isCopied)
            for column in described {
                let types =
                    switch column.type {
                    case .boolean: ["boolean"]
                    case .integer: ["bigint", "integer"]
                    case .text: ["text"]
                    case .bytes: ["bytea"]
                    }
                let match = found.first { $0.name == column.name }
                #expect(match.map { types.contains($0.type) } == true, "\(table.rawValue).\(column.name)")
                let isFilledLater = table == .session && Migrator.Filling.allCases.contains { $0.column == column.name }
                #expect(match?.isNullable == (column.isNullable || isFilledLater), "\(table.rawValue).\(column.name)")
            }
            let derived = table.columns.filter { !$0.isCopied }.map(\.name)
            let own = Set(found.map(\.name)).subtracting(described.map(\.name)).subtracting(derived)
            #expect(own.subtracting(["session_key", "key_digest", "search_version"]) == [], "\(table.rawValue)")
        }
    }
}
