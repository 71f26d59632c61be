import AssistantsStore
import GRDB
import TextSearch

extension Database {
    /// What is wrong with the search index, in words.
    /// - Parameter isDeep: whether every word is compared with the messages; without it, messages are only counted.
    func problemsOfSearchIndex(isDeep: Bool) throws -> [String] {
        guard let index = try Row.fetchOne(self, sql: "SELECT * FROM search_index") else { return [] }
        let advice = "Run `understudy database search rebuild`."
        guard try index.value("tokenizer") == SearchTerms.version else { return [] }
        guard try !index.value("is_damaged") else { return ["The search index is damaged, and not used. \(advice)"] }
        let isStored = "IN (SELECT number FROM session)"
        let expected = try Int.fetchOne(
            self,
            sql: "SELECT count(*) FROM message WHERE key >= ? AND key >> 32 \(isStored)",
            arguments: [try index.value("indexed_from") as Int64]
        )
        let parts = try Row.fetchAll(self, sql: SearchPart.all).map(SearchPart.init)
        let found = try parts.reduce(0) { sum, part in
            try sum
                + (Int.fetchOne(
                    self,
                    sql: "SELECT count(*) FROM \(part.table)_docsize WHERE id >= \(part.first) AND id >> 32 \(isStored)"
                ) ?? 0)
        }
        guard found == expected else {
            return ["The search index has \(found) messages in place of \(expected ?? 0). \(advice)"]
        }
        guard isDeep, try parts.contains(where: { try wordSum(of: $0) != messageSum(of: $0) }) else { return [] }
        return ["The search index has other words than the messages. \(advice)"]
    }

    /// The sum over all words that a part has of all messages.
    private func wordSum(of part: SearchPart) throws -> UInt64 {
        try execute(sql: "CREATE VIRTUAL TABLE temp.search_words USING fts5vocab(main, \(part.table), instance)")
        defer { try? execute(sql: "DROP TABLE temp.search_words") }
        let rows = try Row.fetchCursor(
            self,
            sql: """
                SELECT term, doc FROM temp.search_words
                WHERE doc >= \(part.first) AND doc >> 32 IN (SELECT number FROM session)
                """
        )
        var sum: UInt64 = 0
        while let row = try rows.next() {
            let term: String = try row.value("term")
            sum &+= Self.hash(of: Array(term.utf8)[...], at: try row.value("doc"))
        }
        return sum
    }

    /// The same of the words that the part's messages have.
    private func messageSum(of part: SearchPart) throws -> UInt64 {
        let rows = try Row.fetchCursor(
            self,
            sql: """
                SELECT message.key, message.content, session.account_sid FROM \(part.table)_docsize AS indexed
                CROSS JOIN message ON message.key = indexed.id CROSS JOIN session ON session.number = message.key >> 32
                WHERE indexed.id >= \(part.first)
                """
        )
        var sum: UInt64 = 0
        while let row = try rows.next() {
            let content: String = try row.value("content")
            let account = AccountSID(unchecked: try row.value("account_sid"))
            let terms = SearchTerms(of: content.utf8.span.bytes, prefix: account.searchPrefix)
            for term in Set(terms.utf8.split(separator: UInt8(ascii: " "))) {
                sum &+= Self.hash(of: term, at: try row.value("key"))
            }
        }
        return sum
    }

    /// FNV-1a, 64 bits.
    private static func hash(of term: ArraySlice<UInt8>, at key: Int64) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        term.forEach(add)
        withUnsafeBytes(of: key.littleEndian) { $0.forEach(add) }
        return hash
    }
}
