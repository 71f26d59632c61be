import AssistantsStore
import TextSearch

/// A row of `search_terms`: the words of a message.
///
/// Sessions of which all messages have such a row are marked: `search_version` is that of the words. While one is marked, whoever writes to
/// it keeps the rows up to date, in the same transaction and with the session locked.
struct SearchTermsRow {
    /// Of a session: that its messages may have no words, or those of another version.
    static let isUnmarked = "search_version IS DISTINCT FROM \(SearchTerms.version)"

    /// Value: an account. A row if the index lacks messages of it.
    static let unmarkedSession = "SELECT FROM session WHERE account_sid = $1 AND \(isUnmarked) LIMIT 1"

    static let columns = ["session_key", "position", "terms"]

    /// Values: those of `columns`.
    static let insertion = """
        INSERT INTO search_terms (\(columns.joined(separator: ", "))) VALUES ($1::bytea, $2::bigint, $3::tsvector)
        ON CONFLICT (session_key, position) DO UPDATE SET terms = excluded.terms
        """

    static let deletion = "DELETE FROM search_terms WHERE session_key = $1::bytea AND position = $2::bigint"

    static let deletionOfSession = "DELETE FROM search_terms WHERE session_key = $1::bytea"

    /// What a server of an earlier version leaves of a session that it deletes. Value: a session that is locked.
    static let deletionOfEmptySession = """
        \(deletionOfSession) AND EXISTS (SELECT number FROM session WHERE session_key = $1::bytea AND last_position = 0)
        """

    let values: [StoredValue]

    private let vector: String

    /// - Parameter prefix: `AccountSID.searchPrefix`.
    init(_ content: JSONObject, at position: Int64, of session: SessionKey, prefix: String) {
        let terms = SearchTerms(of: content.text.utf8.span.bytes, prefix: prefix).utf8
        vector = Self.vector(terms) ?? "'\(Self.unlimited(prefix))'"
        values = [.bytes(session.bytes), .integer(position), .text(vector)]
    }

    /// - Parameter text: words, separated by spaces, in any order.
    func hasWords(_ text: String) -> Bool {
        func words(of text: String) -> Set<[UInt8]> {
            Set(text.utf8.split(separator: UInt8(ascii: " ")).map { $0.filter { $0 != UInt8(ascii: "'") } })
        }
        return words(of: vector) == words(of: text)
    }

    /// What a message has whose words are more than a `tsvector` takes: every search reads its texts.
    private static func unlimited(_ prefix: String) -> String { "\(prefix)+" }

    /// In bytes. A `tsvector` takes 1 MiB, and counts repeated words while it is parsed.
    private static let maximumLength = 512 << 10

    /// In PostgreSQL's text form, in which words are separated by spaces, too.
    /// - Returns: `nil` if it would be too long.
    private static func vector(_ terms: [UInt8]) -> String? {
        guard terms.count > maximumLength else { return String(decoding: terms, as: UTF8.self) }
        let distinct = Set(terms.split(separator: UInt8(ascii: " ")))
        guard distinct.reduce(0, { $0 + $1.count + 1 }) <= maximumLength else { return nil }
        return String(decoding: Array(distinct.joined(separator: [UInt8(ascii: " ")])), as: UTF8.self)
    }

    /// A `tsquery` for the messages that can match, of which some do not.
    static func query(_ query: SearchQuery, of account: AccountSID) -> String {
        let prefix = account.searchPrefix
        let terms = query.requiredTerms
        let words = terms.words.map { "'\(prefix)\($0)'" } + terms.beginnings.map { "'\(prefix)\($0)':*" }
        return "(\(words.sorted().joined(separator: " & "))) | '\(unlimited(prefix))'"
    }
}

extension AccountSID {
    /// What its words begin with in the index, so that a search reads those of few accounts: a session's account is compared anyway. Short,
    /// because a row has it once for each word.
    var searchPrefix: String { String(text.suffix(2)).lowercased() }
}

extension PostgresConnection {
    /// Brings the index up to date with a message that was changed, of a session that is locked.
    mutating func updateTerms(of content: JSONObject, at position: Int64, of session: SessionRow) throws {
        guard let prefix = session.searchPrefix else { return try deleteTerms(at: position, of: session) }
        let row = SearchTermsRow(content, at: position, of: session.key, prefix: prefix)
        _ = try run(SearchTermsRow.insertion, row.values.map(\.parameter))
    }

    /// The same with one that was deleted. Also where the session is not marked: it may be about to be.
    mutating func deleteTerms(at position: Int64, of session: SessionRow) throws {
        _ = try run(SearchTermsRow.deletion, [session.key.bytes, position])
    }
}
