import TextSearch

/// The setting that a database has while it has a search index: servers mark new sessions then, and index those that are not marked. What a search
/// relies on are the marks alone.
enum SearchIndexSetting {
    static let name = "search_index"

    /// - Returns: the version of the words; `nil` if there is no index.
    static func version(_ connection: inout PostgresConnection) throws -> Int? {
        let found = try connection.run("SELECT value FROM setting WHERE name = $1", [name])
        return found.count > 0 ? Int(String(decoding: found.array(0, 0), as: UTF8.self)) ?? 0 : nil
    }

    /// Sets it to this program's version, unless there is an index.
    static func insert(_ connection: inout PostgresConnection) throws {
        _ = try connection.run(
            "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
            [name, value]
        )
    }

    /// Sets it to this program's version, if there is an index.
    static func update(_ connection: inout PostgresConnection) throws {
        _ = try connection.run("UPDATE setting SET value = $2 WHERE name = $1", [name, value])
    }

    static func delete(_ connection: inout PostgresConnection) throws {
        _ = try connection.run("DELETE FROM setting WHERE name = $1", [name])
    }

    private static var value: [UInt8] { Array(String(SearchTerms.version).utf8) }
}

extension PostgresConnection {
    /// Whether the database can have every word: content has escapes for what others cannot have.
    mutating func isUTF8() throws -> Bool { try run("SELECT current_setting('server_encoding')").text(0, 0) == "UTF8" }
}
