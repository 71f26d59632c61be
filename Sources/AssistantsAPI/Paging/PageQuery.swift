import AssistantsStore
import Suggestions
import TextEncodings
import TextSearch

/// The query of a list. Parameters that are none of `ListParameter` are ignored, but kept for the page's URLs.
struct PageQuery: Sendable {
    private enum Flag: String, CaseIterable {
        case on = "true"
        case off = "false"
    }

    static let defaultSize = 50
    static let maximumSize = 1_000
    /// The largest integer that every JSON parser reads exactly, less the one that the next page's number needs.
    static let maximumPage = 9_007_199_254_740_990

    /// What the client calls the page; only echoed.
    let page: Int
    /// 1 to 1,000: more is cut down to that, for SDKs ask for their caller's limit.
    let size: Int
    let token: String?
    let order: ListOrder
    /// Whether `meta` says how many items the list has.
    let includesTotal: Bool
    let sessionOrder: SessionOrder
    /// Whether each session comes with its last message.
    let includesLastMessage: Bool
    /// Which items the list has; `nil` for all of them.
    let filter: ListFilter?
    /// Where the first page begins, or ends; no page has both this and a token.
    let anchor: ItemAnchor?
    /// The anchor as it came, with an ampersand behind it; empty without one.
    let anchorParameter: String
    /// All parameters but the anchor and those of paging as they came, with an ampersand behind each.
    let otherParameters: String

    init(_ query: Substring?, of kind: ListKind) throws(APIError) {
        let (parameters, filters) = (kind.parameters, kind.filters)
        var values: [ListParameter: String] = [:]
        var roles: Set<MessageRole> = []
        var (others, anchorParameter) = ("", "")
        var unknown: String?
        var firstFilter: ListParameter?
        // By bytes: where a mark of Unicode follows a sign, both are one character.
        for text in query?.utf8.split(separator: UInt8(ascii: "&")).map(Substring.init) ?? [] {
            let parts = text.utf8
                .split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
                .map(Substring.init)
            let name = try? PercentEncoding.decode(parts[0], plusIsSpace: true)
            guard let parameter = name.flatMap(ListParameter.init) else {
                others += PercentEncoding.encodeForbidden(in: text) + "&"
                unknown = unknown ?? name ?? String(parts[0])
                continue
            }
            guard parameters.contains(parameter) else {
                throw .badRequest("\(parameter.rawValue) does not apply to this list: leave it out")
            }
            guard values[parameter] == nil || parameter == .role else {
                // Java's SDK sends two where a program sets both a page size and a limit: the first is the program's.
                if parameter == .pageSize { continue }
                throw .badRequest("\(parameter.rawValue) is given more than once: give it once")
            }
            do {
                values[parameter] = parts.count == 2 ? try PercentEncoding.decode(parts[1], plusIsSpace: true) : ""
            } catch {
                throw .badRequest(
                    "\(parameter.rawValue) is not well-formed: it must be UTF-8, percent-encoded where needed"
                )
            }
            if parameter == .role, let role = try Self.choice(.role, MessageRole.allCases, of: values) {
                roles.insert(role)
            }
            if firstFilter == nil, filters.contains(parameter) { firstFilter = parameter }
            if ListParameter.anchors.contains(parameter) {
                anchorParameter = PercentEncoding.encodeForbidden(in: text) + "&"
            } else if !ListParameter.paging.contains(parameter) {
                others += PercentEncoding.encodeForbidden(in: text) + "&"
            }
        }
        if try Self.flag(.strict, of: values), let unknown { throw Self.unknownParameter(unknown, parameters) }
        includesTotal = try Self.flag(.includeTotal, of: values)
        otherParameters = others
        self.anchorParameter = anchorParameter
        size = try values[.pageSize].map(Self.size) ?? Self.defaultSize
        page = try values[.page].map(Self.page) ?? 0
        token = values[.pageToken]
        // What was found is listed newest first.
        let defaultOrder = kind == .foundMessages ? ListOrder.descending : .ascending
        order = try Self.choice(.order, ListOrder.allCases, of: values) ?? defaultOrder
        anchor = anchorParameter.isEmpty ? nil : try Self.anchor(of: values)
        sessionOrder = try Self.choice(.orderBy, SessionOrder.allCases, of: values) ?? .creation
        includesLastMessage = try Self.flag(.includeLastMessage, of: values)
        filter = firstFilter == nil ? nil : try Self.filter(of: kind, values, roles)
        guard kind != .foundMessages || values[.query] != nil else {
            throw .badRequest("Query is required: the words to look for")
        }
        if includesTotal, let firstFilter { throw Self.combination(.includeTotal, firstFilter) }
        if page > 0, token == nil {
            throw .badRequest("Page above 0 needs a PageToken: follow the next_page_url of the page before")
        }
    }

    private static func anchor(of values: [ListParameter: String]) throws(APIError) -> ItemAnchor? {
        let anchors = ListParameter.allCases.compactMap { parameter -> ItemAnchor? in
            guard let place = parameter.place, let id = values[parameter] else { return nil }
            return ItemAnchor(parameter: parameter, place: place, id: id)
        }
        let parameters = anchors.map(\.parameter) + (values[.pageToken] == nil ? [] : [.pageToken])
        guard anchors.isEmpty || parameters.count == 1 else { throw combination(parameters[0], parameters[1]) }
        return anchors.first
    }

    private static func combination(_ first: ListParameter, _ second: ListParameter) -> APIError {
        .badRequest("\(first.rawValue) and \(second.rawValue) cannot be combined: leave one out")
    }

    private static func filter(
        of kind: ListKind,
        _ values: [ListParameter: String],
        _ roles: Set<MessageRole>
    ) throws(APIError) -> ListFilter? {
        let identity = try value(.identity, of: values, allowed: IdentityText.allowed, IdentityText.checked)
        let created = try range(from: .dateCreatedAfter, before: .dateCreatedBefore, of: values)
        switch kind {
        case .assistants, .toolsOfAssistant: return nil
        case .policies:
            let tool = try value(.toolID, of: values, allowed: ToolID.form, ToolID.init)
            return .policies(PolicyFilter(tool: tool, knowledge: values[.knowledgeID]))
        case .tools: return try assistantID(of: values).map(ListFilter.tools)
        case .messages, .foundMessages:
            let query = try query(of: values)
            return .messages(MessageFilter(roles: roles, identity: identity, created: created, query: query))
        case .sessions:
            let lastKnown = try date(.activityAfter, of: values)
            return .sessions(
                SessionFilter(
                    identity: identity,
                    assistantID: try assistantID(of: values),
                    created: created,
                    updated: try range(from: .dateUpdatedAfter, before: .dateUpdatedBefore, of: values),
                    // Exclusive: a client has seen what it names.
                    active: DateRange(from: lastKnown.map { Timestamp(microseconds: $0.microseconds + 1) })
                )
            )
        }
    }

    private static func assistantID(of values: [ListParameter: String]) throws(APIError) -> AssistantID? {
        try value(.assistantID, of: values, allowed: AssistantID.form, AssistantID.init)
    }

    private static func query(of values: [ListParameter: String]) throws(APIError) -> SearchQuery? {
        guard let text = values[.query] else { return nil }
        do {
            return try SearchQuery(text)
        } catch {
            throw .badRequest("Query, character \(error.position): \(error.reason)")
        }
    }

    private static func range(
        from start: ListParameter,
        before end: ListParameter,
        of values: [ListParameter: String]
    ) throws(APIError) -> DateRange {
        let range = DateRange(from: try date(start, of: values), before: try date(end, of: values))
        if let first = range.start, let last = range.end, first >= last {
            throw .badRequest("\(end.rawValue) must be later than \(start.rawValue)")
        }
        return range
    }

    private static func date(_ parameter: ListParameter, of values: [ListParameter: String]) throws(APIError)
        -> Timestamp?
    {
        try value(parameter, of: values, allowed: "a date like 2026-07-01T09:30:00Z or 2026-07-01") {
            Timestamp(iso8601InURL: $0)
        }
    }

    /// - Parameters:
    ///   - allowed: in words that continue "it must be".
    ///   - make: gives `nil` for a text that is not allowed.
    private static func value<Value>(
        _ parameter: ListParameter,
        of values: [ListParameter: String],
        allowed: String,
        _ make: (String) -> Value?
    ) throws(APIError) -> Value? {
        guard let text = values[parameter] else { return nil }
        guard let value = make(text) else { throw .badRequest("\(parameter.rawValue) must be \(allowed)") }
        return value
    }

    /// The value of a parameter that has few.
    private static func choice<Value: RawRepresentable<String>>(
        _ parameter: ListParameter,
        _ allowed: @autoclosure () -> [Value],
        of values: [ListParameter: String]
    ) throws(APIError) -> Value? {
        guard values[parameter] != nil else { return nil }
        let allowed = allowed()
        let names = allowed.map(\.rawValue)
        let comma = names.count > 2 ? "," : ""
        let words = "\(names.dropLast().joined(separator: ", "))\(comma) or \(names[names.count - 1])"
        return try value(parameter, of: values, allowed: words) { text in allowed.first { $0.rawValue == text } }
    }

    private static func flag(_ parameter: ListParameter, of values: [ListParameter: String]) throws(APIError) -> Bool {
        try choice(parameter, Flag.allCases, of: values) == .on
    }

    private static func unknownParameter(_ name: String, _ parameters: Set<ListParameter>) -> APIError {
        let names = parameters.map(\.rawValue).sorted()
        return .badRequest(
            "This list has no parameter \"\(name.shortened)\".\(Suggestion.text(for: name.shortened, among: names))"
        )
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
