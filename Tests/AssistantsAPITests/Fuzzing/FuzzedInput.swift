import AssistantsStore
import Foundation
import Replies
import Secrets
import TextEncodings
import TextSearch

@testable import AssistantsAPI

/// What reads the bytes that strangers send, and what must be true whatever they are.
enum FuzzedInput: UInt8, CaseIterable {
    case pageToken, percentEncoding, query, path, json, append, basicHeader, listHeader, date, search, inputSchema

    /// What was not true.
    struct Violation: Error {
        let what: String
    }

    private static let account = AccountSID(unchecked: "AC0123456789abcdef0123456789abcdef")
    private static let tokens = PageTokens(key: [UInt8](repeating: 7, count: 32))

    /// - Returns: whether it was read as what it is for, so that there was something to check.
    /// - Throws: `Violation`; what traps is a violation, too.
    @discardableResult
    func check(_ bytes: [UInt8]) throws -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        return switch self {
        case .pageToken: try Self.checkPageToken(text)
        case .percentEncoding: try Self.checkPercentEncoding(text)
        case .query: try Self.checkQuery(text)
        case .path: try Self.checkPath(text)
        case .json: try Self.checkJSON(bytes)
        case .append: try Self.checkAppend(bytes)
        case .basicHeader: try Self.checkBasicHeader(text)
        case .listHeader: try Self.checkListHeader(text)
        case .date: try Self.checkDate(text)
        case .search: try Self.checkSearch(text)
        case .inputSchema: try Self.checkInputSchema(text)
        }
    }

    /// Only what was made here is read, and means what it was made of.
    private static func checkPageToken(_ text: String) throws -> Bool {
        for digest in [nil, ListingDigest([("Order", "desc")])] {
            let anchor: PageRequest<MessageCursor>.Anchor? =
                try? tokens.anchor(of: text, in: account, binding: digest)
            guard let anchor else { continue }
            let again =
                switch anchor {
                case .first: ""
                case .after(let cursor): tokens.token(after: cursor, in: account, binding: digest)
                case .before(let cursor): tokens.token(before: cursor, in: account, binding: digest)
                }
            try expect(again == text, "a token that was not made here is read")
            return true
        }
        return false
    }

    /// What is encoded for a URL decodes to the same, and may stand in one.
    private static func checkPercentEncoding(_ text: String) throws -> Bool {
        let encoded = PercentEncoding.encodeForbidden(in: text[...])
        try expect(encoded.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a URL may not hold what was encoded for it")
        let (before, after) = (try? PercentEncoding.decode(text[...]), try? PercentEncoding.decode(encoded[...]))
        try expect(before == after || before == nil, "what was encoded decodes to something else")
        return true
    }

    /// Where a path leads, the path that is written of that leads too.
    private static func checkPath(_ text: String) throws -> Bool {
        guard let match = try? Routes.match(text[...]) else { return false }
        let path = match.route.template.path(match.parameters)
        // A session without a name is nowhere.
        guard !path.hasPrefix("/v1/Sessions//"), path != "/v1/Sessions/" else { return false }
        let again = try Routes.match(path[...])
        try expect(again.map { $0.route.template.path($0.parameters) } == path, "\(path) leads elsewhere")
        return true
    }

    /// A moment that was read is written and read as the same.
    private static func checkDate(_ text: String) throws -> Bool {
        guard let moment = Timestamp(iso8601InURL: text) else { return false }
        try expect(Timestamp.isPrintable(moment.microseconds), "\(moment) cannot be written")
        let second =
            try Timestamp(iso8601: moment.iso8601).map(\.microseconds)
            ?? {
                throw Violation(what: "\(moment.iso8601) is not read again")
            }()
        try expect((0..<1_000_000).contains(moment.microseconds - second), "\(text) is \(moment.iso8601)")
        return true
    }

    private static func checkQuery(_ text: String) throws -> Bool {
        let areTaken = try [ListKind.messages, .sessions].map { try checkQuery(text, of: $0) }
        return areTaken.contains(true)
    }

    private static func checkQuery(_ text: String, of kind: ListKind) throws -> Bool {
        guard let query = try? PageQuery(text[...], of: kind) else { return false }
        try expect((1...PageQuery.maximumSize).contains(query.size), "a page of \(query.size)")
        try expect((0...PageQuery.maximumPage).contains(query.page), "page \(query.page)")
        let again = try PageQuery(query.otherParameters[...], of: kind)
        try expect(
            again.otherParameters == query.otherParameters,
            "other parameters change: \(query.otherParameters) \(again.otherParameters)"
        )
        try expect(
            again.order == query.order && again.sessionOrder == query.sessionOrder && again.anchor == nil,
            "the order changes, or an anchor stays"
        )
        try expect(again.filter == query.filter, "the filter changes")
        return true
    }

    /// The input is a query, and, behind a line feed, a text. Where it matches, an index would have proposed it, and there is something to show.
    private static func checkSearch(_ input: String) throws -> Bool {
        let parts = input.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        let query: SearchQuery
        do throws(SearchQueryError) {
            query = try SearchQuery(String(parts[0]))
        } catch {
            let end = parts[0].unicodeScalars.count + 1
            try expect((1...end).contains(error.position), "the error is at \(error.position) of \(end)")
            return false
        }
        let required = query.requiredTerms
        try expect(!(required.words.isEmpty && required.beginnings.isEmpty), "a query asks the index for nothing")
        var text = parts.count > 1 ? String(parts[1]) : ""
        var matcher = SearchMatcher(query.pattern)
        var terms = SearchTerms(prefix: "x")
        text.withUTF8 { utf8 in
            matcher.read(utf8)
            terms.add(utf8)
        }
        guard matcher.isMatch else { return false }
        let indexed = String(decoding: terms.utf8, as: UTF8.self).split(separator: " ").map { $0.dropFirst() }
        let words = Set(indexed.map { Array($0.unicodeScalars) })
        try expect(required.words.allSatisfy { words.contains(Array($0.unicodeScalars)) }, "the index lacks a word")
        try expect(
            required.beginnings.allSatisfy { beginning in words.contains { $0.starts(with: beginning.unicodeScalars) }
            },
            "the index lacks a beginning"
        )
        guard let snippet = SearchSnippet(of: text, matching: query.pattern) else {
            throw Violation(what: "a match without a snippet")
        }
        let scalars = Array(text.unicodeScalars).dropFirst(snippet.offset).prefix(snippet.text.unicodeScalars.count)
        try expect(scalars.elementsEqual(snippet.text.unicodeScalars), "the snippet is not where it says")
        try expect(
            !snippet.ranges.isEmpty && snippet.ranges.allSatisfy { !$0.isEmpty && $0.upperBound <= scalars.count },
            "nothing is marked in the snippet"
        )
        return true
    }

    /// What describes the input of a tool becomes JSON, and that says the same when it is read again.
    private static func checkInputSchema(_ text: String) throws -> Bool {
        let schema: InputSchema
        do throws(InputSchemaError) {
            schema = try InputSchema(text)
        } catch {
            let end = text.unicodeScalars.count + 1
            try expect((1...end).contains(error.position), "the error is at \(error.position) of \(end)")
            return false
        }
        try expect((try? JSONObject(schema.json.text)) != nil, "\(schema.json.text) is no JSON")
        let again = try InputSchema(schema.json)
        try expect(again == schema, "\(schema.json.text) is not taken as it is")
        return true
    }

    /// What is taken for an object is one to others.
    private static func checkJSON(_ bytes: [UInt8]) throws -> Bool {
        var scanner = JSONScanner(bytes)
        guard let members = try? scanner.members() else { return false }
        let others = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        // Foundation refuses numbers that no Double holds.
        guard let others else {
            try expect(bytes.contains { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }, "others see no object")
            return true
        }
        // Foundation compares keys by what they mean in Unicode, and so may take two for one.
        try expect(others.count <= members.count, "others see other members")
        return true
    }

    /// What is stored is given out as it came, but for line breaks.
    private static func checkAppend(_ bytes: [UInt8]) throws -> Bool {
        guard let body = try? AppendBody(json: bytes) else { return false }
        try expect((1...AppendBody.maximumMessages).contains(body.drafts.count), "\(body.drafts.count) messages")
        for draft in body.drafts {
            for object in [draft.content, draft.meta ?? .empty] {
                try expect((try? JSONObject(object.text)) != nil, "a part of an object that was taken is none")
                try expect(!object.text.utf8.contains { [0, 0x0A, 0x0D].contains($0) }, "a NUL or a line break")
            }
        }
        return true
    }

    private static func checkBasicHeader(_ text: String) throws -> Bool {
        guard let credentials = BasicCredentials(header: text) else { return false }
        try expect(!credentials.userName.contains(":"), "a user name has a colon")
        let again = Data("\(credentials.userName):\(credentials.password.text)".utf8).base64EncodedString()
        try expect(BasicCredentials(header: "Basic \(again)") != nil, "the same credentials are refused")
        return true
    }

    /// The elements of a list are the same for who splits it again, and gzip is for those who name it.
    private static func checkListHeader(_ text: String) throws -> Bool {
        let elements = Array(HeaderList(text))
        try expect(!elements.contains { $0.isEmpty || $0.utf8.contains(UInt8(ascii: ",")) }, "an element is none")
        try expect(Array(HeaderList(elements.joined(separator: ", "))) == elements, "a list is read as another")
        if ContentCoding(acceptedBy: text) == .gzip {
            let names = elements.map { $0.lowercased() }
            try expect(names.contains { $0.contains("gzip") || $0.hasPrefix("*") }, "gzip was not asked for")
        }
        return true
    }

    private static func expect(_ isTrue: Bool, _ what: String) throws {
        if !isTrue { throw Violation(what: what) }
    }
}
