/// The names of the statements that a connection has prepared, by their SQL. The server keeps each of them, with its plan,
/// until it is deallocated or the connection ends, so there is a bound.
struct PreparedStatements {
    /// More than this program has, so that only SQL that is put together can reach it, and more than a pipeline has.
    static let maximumCount = 256

    private var entries: [String: (name: String, lastUse: Int)] = [:]
    private var useCount = 0
    private var nameCount = 0

    /// The name of a statement, which counts as used. `nil` if it is not prepared.
    mutating func use(_ sql: String) -> String? {
        guard let index = entries.index(forKey: sql) else { return nil }
        useCount += 1
        entries.values[index].lastUse = useCount
        return entries.values[index].name
    }

    /// The least recently used statement, to be deallocated before another one is inserted. `nil` while there is room.
    var evictable: (sql: String, name: String)? {
        guard entries.count >= Self.maximumCount else { return nil }
        return entries.min { $0.value.lastUse < $1.value.lastUse }.map { ($0.key, $0.value.name) }
    }

    /// A name that no statement of the connection has had.
    mutating func nextName() -> String {
        nameCount += 1
        return "s\(nameCount)"
    }

    mutating func insert(_ sql: String, as name: String) {
        useCount += 1
        entries[sql] = (name, useCount)
    }

    mutating func remove(_ sql: String) {
        entries[sql] = nil
    }
}
