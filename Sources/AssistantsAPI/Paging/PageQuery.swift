import AssistantsStore
import TextEncodings

/// The paging parameters of a list's query: `Page`, `PageSize`, `PageToken`. Other parameters are kept for the page's
/// URLs and otherwise ignored.
struct PageQuery {
    static let defaultSize = 50
    static let maximumSize = 1_000
    /// The largest integer that every JSON parser reads exactly, less the one that the next page's number needs.
    static let maximumPage = 9_007_199_254_740_990

    /// What the client calls the page; only echoed.
    let page: Int
    /// 1 to 1,000: more is cut down to that, for SDKs ask for their caller's limit.
    let size: Int
    let token: String?
    /// The other parameters as they came, with an ampersand behind each.
    let otherParameters: String

    init(_ query: Substring?) throws(APIError) {
        var values: [String: String] = [:]
        var others = ""
        // By bytes: where a mark of Unicode follows a sign, both are one character.
        for parameter in query?.utf8.split(separator: UInt8(ascii: "&")).map(Substring.init) ?? [] {
            let parts = parameter.utf8
                .split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
                .map(Substring.init)
            guard let name = Self.name(of: parts[0]) else {
                others += PercentEncoding.encodeForbidden(in: parameter) + "&"
                continue
            }
            guard values[name] == nil else {
                // Java's SDK sends two where a program sets both a page size and a limit: the first is the program's.
                if name == "PageSize" { continue }
                throw .badRequest("\(name) is given more than once: give it once")
            }
            do {
                values[name] = parts.count == 2 ? try PercentEncoding.decode(parts[1], plusIsSpace: true) : ""
            } catch {
                throw .badRequest("\(name) is not well-formed: it must be UTF-8, percent-encoded where needed")
            }
        }
        otherParameters = others
        size = try values["PageSize"].map(Self.size) ?? Self.defaultSize
        page = try values["Page"].map(Self.page) ?? 0
        token = values["PageToken"]
        if page > 0, token == nil {
            throw .badRequest("Page above 0 needs a PageToken: follow the next_page_url of the page before")
        }
    }

    /// Where the page lies in the list.
    func place<Cursor: PageTokenCursor>(
        in account: AccountSID,
        _ tokens: PageTokens
    ) throws(APIError) -> PageRequest<Cursor>.Place {
        guard let token else { return .first }
        return try tokens.place(of: token, in: account)
    }

    /// `nil` where it is no paging parameter.
    private static func name(of text: Substring) -> String? {
        let name = try? PercentEncoding.decode(text, plusIsSpace: true)
        return ["Page", "PageSize", "PageToken"].first { $0 == name }
    }

    private static func size(_ text: String) throws(APIError) -> Int {
        guard let size = nonnegative(text, upTo: maximumSize), size > 0 else {
            throw .badRequest("PageSize must be an integer of 1 or more; above \(maximumSize) it means \(maximumSize)")
        }
        return size
    }

    private static func page(_ text: String) throws(APIError) -> Int {
        guard let page = nonnegative(text, upTo: maximumPage + 1), page <= maximumPage else {
            throw .badRequest("Page must be an integer from 0 to \(maximumPage)")
        }
        return page
    }

    /// A number written in digits alone, however many; what is larger than `limit` is `limit`.
    private static func nonnegative(_ text: String, upTo limit: Int) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return text.utf8.reduce(0) { number, digit in
            min(number * 10 + Int(digit - UInt8(ascii: "0")), limit)
        }
    }
}
