import TextEncodings

/// The query of a list: the paging parameters `Page`, `PageSize`, and `PageToken`, and those that choose the items or their order.
/// Other parameters are ignored, but kept for the page's URLs.
struct PageQuery: Sendable {
    private static let pagingParameters = ["Page", "PageSize", "PageToken"]
    static let defaultSize = 50
    static let maximumSize = 1_000
    /// The largest integer that every JSON parser reads exactly, less the one that the next page's number needs.
    static let maximumPage = 9_007_199_254_740_990

    /// What the client calls the page; only echoed.
    let page: Int
    /// 1 to 1,000: more is cut down to that, for SDKs ask for their caller's limit.
    let size: Int
    let token: String?
    /// The parameters that choose the items or their order, by name.
    let selection: [(name: String, value: String)]
    /// All parameters but those of paging as they came, with an ampersand behind each.
    let otherParameters: String

    /// - Parameter names: of the parameters that choose the items or their order, in alphabetical order.
    init(_ query: Substring?, selecting names: [String] = []) throws(APIError) {
        var values: [String: String] = [:]
        var others = ""
        // By bytes: where a mark of Unicode follows a sign, both are one character.
        for parameter in query?.utf8.split(separator: UInt8(ascii: "&")).map(Substring.init) ?? [] {
            let parts = parameter.utf8
                .split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
                .map(Substring.init)
            let decoded = try? PercentEncoding.decode(parts[0], plusIsSpace: true)
            let pagingName = Self.pagingParameters.first { $0 == decoded }
            if pagingName == nil { others += PercentEncoding.encodeForbidden(in: parameter) + "&" }
            guard let name = pagingName ?? names.first(where: { $0 == decoded }) else { continue }
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
        selection = names.compactMap { name in values[name].map { (name, $0) } }
        size = try values["PageSize"].map(Self.size) ?? Self.defaultSize
        page = try values["Page"].map(Self.page) ?? 0
        token = values["PageToken"]
        if page > 0, token == nil {
            throw .badRequest("Page above 0 needs a PageToken: follow the next_page_url of the page before")
        }
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
