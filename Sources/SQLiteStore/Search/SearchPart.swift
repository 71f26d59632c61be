import AssistantsStore
import GRDB
import TextSearch

/// A part of the search index: the messages that were indexed in some period, up to a number that bounds what a deletion can cost. Its words
/// are in an FTS5 table of its own, by the keys of their messages.
struct SearchPart: Equatable {
    static let columns = "number, first_key, last_key, count, rewrite_due"
    static let all = "SELECT \(columns) FROM search_part WHERE NOT is_dropped ORDER BY number"

    let number: Int64
    /// Its messages are those with keys from `first` to `last`, which are not adjusted when messages are deleted. Rows of its table before
    /// `first` belong to messages that have been moved to another part.
    var first, last: Int64
    var count: Int
    /// From when on its messages are to be moved to another part, because its table still has words that were removed; `nil` if it has
    /// none.
    var rewriteDue: Int64?

    /// A row of `columns`.
    init(_ row: borrowing PreparedStatement) {
        number = row.integer(0)
        first = row.integer(1)
        last = row.integer(2)
        count = Int(row.integer(3))
        rewriteDue = row.isNull(4) ? nil : row.integer(4)
    }

    /// The same.
    init(_ row: Row) throws {
        number = try row.value("number")
        first = try row.value("first_key")
        last = try row.value("last_key")
        count = try row.value("count")
        rewriteDue = try row.value("rewrite_due")
    }

    private init(number: Int64, key: Int64) {
        (self.number, first, last, count) = (number, key, key, 0)
    }

    /// Creates an empty part.
    static func create(at key: Int64, _ db: Database) throws -> SearchPart {
        try db.execute(
            sql: "INSERT INTO search_part (first_key, last_key, count) VALUES (?1, ?1, 0)",
            arguments: [key]
        )
        let part = SearchPart(number: db.lastInsertedRowID, key: key)
        try db.execute(sql: part.creation)
        return part
    }

    /// How long removed words may be in the table before the part is rewritten.
    static let removalDelay = Duration.seconds(20 * 60)

    mutating func remove(at now: Int64) {
        count -= 1
        rewriteDue = rewriteDue ?? now + Self.removalDelay.microseconds
    }

    mutating func add(_ key: Int64) {
        count += 1
        (first, last) = (min(first, key), max(last, key))
    }

    func update(_ db: Database) throws {
        try db.cachedStatement(
            sql: "UPDATE search_part SET first_key = ?, last_key = ?, count = ?, rewrite_due = ? WHERE number = ?"
        ).execute(arguments: [first, last, count, rewriteDue, number])
    }

    // MARK: Its table

    static let tablePrefix = "search_terms_"
    var table: String { "\(Self.tablePrefix)\(number)" }

    /// Its rows have no text (`content=''`), and no places of the words in it (`detail=none`): texts are compared anyway.
    ///
    /// Eight segments are merged at a time, not four, which makes writing cheaper. Once the part is full, it becomes one segment.
    private var creation: String {
        """
        CREATE VIRTUAL TABLE \(table) USING fts5(terms, content='', detail=none, tokenize='ascii');
        INSERT INTO \(table) (\(table), rank) VALUES ('automerge', 8)
        """
    }

    /// Whether the message with this key is in the part.
    func has(_ key: Int64, _ db: Database) throws -> Bool {
        guard first <= key, key <= last else { return false }
        let rows = try db.cachedStatement(sql: "SELECT 1 FROM \(table)_docsize WHERE id = ?")
        return try Int.fetchOne(rows, arguments: [key]) != nil
    }

    /// Values: the key and terms of a message.
    var insertion: String { "INSERT INTO \(table) (rowid, terms) VALUES (?, ?)" }

    /// Values: the key and terms of a message, which must be those that were inserted.
    var removal: String { "INSERT INTO \(table) (\(table), rowid, terms) VALUES ('delete', ?, ?)" }

    /// Values: words, and between which keys. Columns: the key.
    func keys(_ direction: KeysetDirection) -> String {
        """
        SELECT rowid FROM \(table) WHERE \(table) MATCH ? AND rowid > ? AND rowid < ?
        ORDER BY rowid \(direction == .after ? "" : "DESC")
        """
    }
}

/// What the database knows of its search index. Without one it has no row.
struct SearchIndexState {
    /// An index is not used if it is damaged, or if the words of texts are others by now.
    static let sql = "SELECT indexed_from FROM search_index WHERE NOT is_damaged AND tokenizer = \(SearchTerms.version)"

    /// Messages with this key and higher ones are indexed: an index of messages that were there before is built from the last one down.
    let indexedFrom: Int64

    /// The first session of which all messages are indexed.
    var firstSession: SessionNumber {
        let key = MessageKey(indexedFrom)
        return SessionNumber(key.position <= 1 ? key.session.value : key.session.value + 1)
    }
}

extension AccountSID {
    /// What its words begin with in the index, so that a search reads those of one account. Accounts may share it: a session's account is
    /// compared anyway.
    var searchPrefix: String { String(text.suffix(6)).lowercased() }
}
