import AssistantsStore
import GRDB
import TextSearch

/// The search index as a connection reads it. Used by one thread at a time, as the connection is.
final class SearchIndexReader {
    /// A statement that reads a part in one direction.
    final class PartQuery {
        var statement: PreparedStatement

        init(_ sql: String, on connection: SQLiteConnection) throws {
            statement = try PreparedStatement(sql, on: connection)
        }
    }

    private struct PartDirection: Hashable {
        let number: Int64
        let direction: KeysetDirection
    }

    private let connection: SQLiteConnection
    private var state: PreparedStatement
    private var parts: PreparedStatement
    private var queries: [PartDirection: PartQuery] = [:]

    init(on connection: SQLiteConnection) throws {
        let state = try PreparedStatement(SearchIndexState.sql, on: connection)
        let parts = try PreparedStatement(SearchPart.all, on: connection)
        self.connection = connection
        self.state = state
        self.parts = parts
    }

    /// - Returns: `nil` if there is no index.
    func readState() throws -> SearchIndexState? {
        defer { state.reset() }
        return try state.step() ? SearchIndexState(indexedFrom: state.integer(0)) : nil
    }

    func readParts() throws -> [SearchPart] {
        defer { parts.reset() }
        var all: [SearchPart] = []
        while try parts.step() { all.append(SearchPart(parts)) }
        let numbers = Set(all.map(\.number))
        queries = queries.filter { numbers.contains($0.key.number) }
        return all
    }

    /// Compiled when it is first needed.
    func query(of part: SearchPart, _ direction: KeysetDirection) throws -> PartQuery {
        let key = PartDirection(number: part.number, direction: direction)
        if let query = queries[key] { return query }
        let query = try PartQuery(part.keys(direction), on: connection)
        queries[key] = query
        return query
    }
}

/// What is looked for in the index: words that every match has.
struct SearchWords {
    /// In FTS5's language.
    let match: String

    /// - Parameter isOfSession: whether only one session is searched. Then this is `nil` for a query that has nothing but beginnings of
    ///   words, for which FTS5 puts together the keys of all sessions.
    init?(_ query: SearchQuery, of account: AccountSID, isOfSession: Bool) {
        let terms = query.requiredTerms
        let prefix = account.searchPrefix
        if !terms.words.isEmpty {
            // Beginnings are left to the comparison.
            match = terms.words.sorted().map { "\"\(prefix)\($0)\"" }.joined(separator: " ")
        } else if !isOfSession {
            // The longest: for each, FTS5 puts together the keys of all its words.
            guard let longest = terms.beginnings.max(by: { ($0.utf8.count, $0) < ($1.utf8.count, $1) }) else {
                return nil
            }
            match = "\"\(prefix)\(longest)\" *"
        } else {
            return nil
        }
    }
}

/// The keys of the messages that the index proposes, in order, from all parts that can have some.
struct SearchCandidates {
    enum Candidate {
        case message(MessageKey)
        /// All messages up to this key have been proposed that are to be, and it took long.
        case pause(MessageKey)
    }

    private struct Source {
        let part: SearchPart
        /// No key of the part comes before this one, in the direction of reading.
        var next: Int64
        var query: SearchIndexReader.PartQuery?
    }

    private let reader: SearchIndexReader
    private let words: SearchWords
    private let direction: KeysetDirection
    private let bounds: (lower: Int64, upper: Int64)
    private var sources: [Source]
    /// When to pause, rather than to begin another part.
    private let deadline = ContinuousClock.now + Self.maximumDuration
    private static let maximumDuration = Duration.milliseconds(50)
    private var lastKey: Int64?

    /// - Parameter bounds: behind which key, and before which one.
    init(
        _ reader: SearchIndexReader,
        _ words: SearchWords,
        _ direction: KeysetDirection,
        _ bounds: (lower: MessageKey, upper: MessageKey)
    ) throws {
        let bounds = (lower: bounds.lower.value, upper: bounds.upper.value)
        (self.reader, self.words, self.direction, self.bounds) = (reader, words, direction, bounds)
        sources = try reader.readParts().compactMap { part in
            guard part.last > bounds.lower, part.first < bounds.upper else { return nil }
            let next = direction == .after ? max(part.first, bounds.lower + 1) : min(part.last, bounds.upper - 1)
            return Source(part: part, next: next)
        }
    }

    /// - Returns: `nil` at the end.
    mutating func next() throws -> Candidate? {
        do {
            return try nextCandidate()
        } catch let error as DatabaseError where error.resultCode.isOfDamage {
            throw DatabaseError.damagedSearchIndex(error)
        }
    }

    private mutating func nextCandidate() throws -> Candidate? {
        while let index = nearest {
            let key = sources[index].next
            guard let query = sources[index].query else {
                if isBehindStart(key), ContinuousClock.now > deadline {
                    return .pause(MessageKey(direction == .after ? key - 1 : key + 1))
                }
                let query = try reader.query(of: sources[index].part, direction)
                try query.statement.bind(words.match, at: 1)
                try query.statement.bind(max(bounds.lower, sources[index].part.first - 1), at: 2)
                try query.statement.bind(bounds.upper, at: 3)
                sources[index].query = query
                try advance(index, query)
                continue
            }
            try advance(index, query)
            // In a damaged index, two parts can have the same message.
            guard key != lastKey else { continue }
            lastKey = key
            return .message(MessageKey(key))
        }
        return nil
    }

    private mutating func advance(_ index: Int, _ query: SearchIndexReader.PartQuery) throws {
        if try query.statement.step() {
            sources[index].next = query.statement.integer(0)
        } else {
            query.statement.reset()
            sources.remove(at: index)
        }
    }

    /// The source that can have the next key.
    private var nearest: Int? {
        switch direction {
        case .after: sources.indices.min { sources[$0].next < sources[$1].next }
        case .before: sources.indices.max { sources[$0].next < sources[$1].next }
        }
    }

    /// Whether something was proposed or left out before.
    private func isBehindStart(_ key: Int64) -> Bool {
        direction == .after ? key > bounds.lower + 1 : key < bounds.upper - 1
    }

    /// Ends the reading of all parts.
    func end() {
        for source in sources { source.query?.statement.reset() }
    }
}

extension DatabaseError {
    fileprivate static func damagedSearchIndex(_ error: DatabaseError) -> DatabaseError {
        DatabaseError(
            resultCode: .SQLITE_CORRUPT,
            message: "The search index is damaged. Run `understudy database search rebuild`. \(error.reason)"
        )
    }
}
