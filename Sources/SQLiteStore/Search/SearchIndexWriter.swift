import AssistantsStore
import GRDB
import TextSearch

/// Brings the search index up to date with the messages that a transaction writes.
///
/// The changes are collected, and written before the commit: FTS5 would begin a new segment with every savepoint.
struct SearchIndexWriter: ~Copyable {
    private struct Change {
        let key: Int64
        let isRemoval: Bool
        let terms: [UInt8]
    }

    private let reader: SearchIndexReader
    private let clock: StoreClock
    private var account: PreparedStatement
    private let maximumCount: Int

    private enum Index {
        case unknown
        case absent
        /// Messages with this key and higher ones are indexed.
        case present(from: Int64)
    }

    private var changes: [Change] = []
    /// As the transaction has it.
    private var index = Index.unknown
    private var lastPrefix: (session: SessionNumber, prefix: String)?

    /// - Parameter maximumCount: how many messages a part has before the next one is begun.
    init(on connection: SQLiteConnection, clock: StoreClock, maximumCount: Int) throws {
        let reader = try SearchIndexReader(on: connection)
        let account = try PreparedStatement("SELECT account_sid FROM session WHERE number = ?", on: connection)
        self.reader = reader
        self.clock = clock
        self.account = account
        self.maximumCount = maximumCount
    }

    // MARK: Changes

    /// Notes that a message was stored.
    mutating func add(_ content: JSONObject, at key: MessageKey) throws {
        guard try isIndexed(key) else { return }
        try note(content, at: key, isRemoval: false, of: nil)
    }

    /// Notes that a message was deleted, or is to be another.
    /// - Parameter account: that of the session, if its row is gone.
    mutating func remove(_ content: JSONObject, at key: MessageKey, of account: AccountSID? = nil) throws {
        guard try isIndexed(key) else { return }
        try note(content, at: key, isRemoval: true, of: account)
    }

    /// Notes a message that was stored before the index gets it, or before its part did.
    mutating func addEarlier(_ content: JSONObject, at key: MessageKey) throws {
        try note(content, at: key, isRemoval: false, of: nil)
    }

    /// Notes that the transaction has created, deleted, or extended the index.
    mutating func noteIndexChange() {
        index = .unknown
    }

    private mutating func isIndexed(_ key: MessageKey) throws -> Bool {
        if case .unknown = index { index = try reader.readState().map { .present(from: $0.indexedFrom) } ?? .absent }
        guard case .present(let first) = index else { return false }
        return key.value >= first
    }

    private mutating func note(
        _ content: JSONObject,
        at key: MessageKey,
        isRemoval: Bool,
        of account: AccountSID?
    ) throws {
        guard let prefix = try account?.searchPrefix ?? prefix(of: key.session) else { return }
        let terms = SearchTerms(of: content.text.utf8.span.bytes, prefix: prefix)
        changes.append(Change(key: key.value, isRemoval: isRemoval, terms: terms.utf8))
    }

    /// `nil` if the session is gone.
    private mutating func prefix(of session: SessionNumber) throws -> String? {
        if let lastPrefix, lastPrefix.session == session { return lastPrefix.prefix }
        defer { account.reset() }
        try account.bind(session.value, at: 1)
        guard try account.step() else { return nil }
        let prefix = AccountSID(unchecked: account.text(0)).searchPrefix
        lastPrefix = (session, prefix)
        return prefix
    }

    // MARK: Transactions

    /// How much has been noted: for `undo`.
    var mark: Int { changes.count }

    /// Forgets what has been noted since a mark, because it was rolled back.
    mutating func undo(to mark: Int) {
        changes.removeLast(changes.count - mark)
        lastPrefix = nil
        index = .unknown
    }

    /// Forgets everything, at the end of a transaction.
    mutating func clear() {
        changes.removeAll(keepingCapacity: changes.count <= 1_024)
        index = .unknown
        lastPrefix = nil
    }

    /// Writes the changes. A damaged index keeps no message from being stored.
    mutating func flush(_ db: Database) throws {
        defer { clear() }
        guard !changes.isEmpty else { return }
        // The transaction may have deleted or replaced the index after a change was noted.
        guard let state = try reader.readState() else { return }
        changes.removeAll { $0.key < state.indexedFrom }
        let changes = mergedChanges()
        try db.withSearchIndex {
            try apply(changes, db)
            // FTS5 writes what it has at a savepoint, and not in the commit, where an error would be one of the commit.
            try db.inSavepoint { .commit }
        }
    }

    private struct MessageChange {
        let key: Int64
        var removed: [UInt8]?
        var added: [UInt8]?
    }

    /// What the transaction changes of each message, in the order of their keys.
    private func mergedChanges() -> [MessageChange] {
        var merged: [MessageChange] = []
        // A stable sort: what was noted of one message stays in its order.
        for index in changes.indices.sorted(by: { (changes[$0].key, $0) < (changes[$1].key, $1) }) {
            let change = changes[index]
            if merged.last?.key != change.key {
                merged.append(MessageChange(key: change.key, removed: change.isRemoval ? change.terms : nil))
            }
            merged[merged.count - 1].added = change.isRemoval ? nil : change.terms
        }
        return merged
    }

    private func apply(_ changes: [MessageChange], _ db: Database) throws {
        var parts = try reader.readParts()
        if let first = changes.first(where: { $0.added != nil }), parts.last.map({ $0.count >= maximumCount }) ?? true {
            parts.append(try SearchPart.create(at: first.key, db))
        }
        // Part by part, each in the order of its keys: FTS5 begins a new segment where a key is less than the one before.
        for index in parts.indices {
            let part = parts[index]
            for change in changes {
                if let removed = change.removed, try part.has(change.key, db) {
                    try write(change.key, removed, by: part.removal, db)
                    parts[index].remove(at: clock.now)
                }
                if index == parts.count - 1, let added = change.added {
                    try write(change.key, added, by: part.insertion, db)
                    parts[index].add(change.key)
                }
            }
            if parts[index] != part { try parts[index].update(db) }
        }
    }

    private func write(_ key: Int64, _ terms: [UInt8], by sql: String, _ db: Database) throws {
        let terms = String(decoding: terms, as: UTF8.self)
        try db.cachedStatement(sql: sql).execute(arguments: [key, terms])
    }
}

extension Database {
    /// Changes tables of the search index. If they turn out to be damaged, the change is undone, and the index is not used any more: its tables
    /// are left to be deleted, since they may keep words that were removed.
    func withSearchIndex(_ change: () throws -> Void) throws {
        do {
            try inSavepoint {
                try change()
                return .commit
            }
        } catch let error as DatabaseError where error.isOfSearchIndex {
            try execute(sql: "UPDATE search_index SET is_damaged = 1; UPDATE search_part SET is_dropped = 1")
        }
    }
}

extension DatabaseError {
    /// Whether writing to the index failed because of what it has, or lacks, and not because the disk is full, for one.
    fileprivate var isOfSearchIndex: Bool {
        resultCode.isOfDamage || [.SQLITE_ERROR, .SQLITE_CONSTRAINT].contains(resultCode)
    }
}
