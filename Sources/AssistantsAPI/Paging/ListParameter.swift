import AssistantsStore

/// A parameter of lists. `docs/listing.md` and `docs/compatibility.md` say what each means.
enum ListParameter: String, CaseIterable {
    case activityAfter = "ActivityAfter"
    case after = "After"
    case around = "Around"
    case assistantID = "AssistantId"
    case before = "Before"
    case dateCreatedAfter = "DateCreatedAfter"
    case dateCreatedBefore = "DateCreatedBefore"
    case dateUpdatedAfter = "DateUpdatedAfter"
    case dateUpdatedBefore = "DateUpdatedBefore"
    case identity = "Identity"
    case includeLastMessage = "IncludeLastMessage"
    case includeTotal = "IncludeTotal"
    case knowledgeID = "KnowledgeId"
    case order = "Order"
    case orderBy = "OrderBy"
    case page = "Page"
    case pageSize = "PageSize"
    case pageToken = "PageToken"
    case query = "Query"
    case role = "Role"
    case strict = "Strict"
    case toolID = "ToolId"

    /// Those that say where in a list a page lies.
    static let paging: Set<ListParameter> = [.page, .pageSize, .pageToken]
    /// Those that name the item by which the first page is chosen.
    static let anchors: Set<ListParameter> = [.after, .around, .before]

    /// Where the page lies relative to the item that the parameter names; `nil` for those that name none.
    var place: MessageAnchor.Place? {
        switch self {
        case .after: .after
        case .around: .around
        case .before: .before
        case .activityAfter, .assistantID, .dateCreatedAfter, .dateCreatedBefore, .dateUpdatedAfter, .dateUpdatedBefore,
            .identity, .includeLastMessage, .includeTotal, .knowledgeID, .order, .orderBy, .page, .pageSize,
            .pageToken, .query, .role, .strict, .toolID:
            nil
        }
    }
}

/// A list that has parameters, by its items.
enum ListKind {
    case assistants, messages, policies, sessions, tools, toolsOfAssistant
    /// The messages of all sessions that are found by a query.
    case foundMessages

    /// Those that the list has.
    var parameters: Set<ListParameter> {
        switch self {
        case .assistants, .toolsOfAssistant: Self.commonParameters
        case .policies, .tools: Self.commonParameters.union(filters)
        case .messages: Self.messageParameters
        case .sessions: Self.sessionParameters
        case .foundMessages: Self.commonParameters.union(Self.messageFilters)
        }
    }

    /// Those that choose which items it has.
    var filters: Set<ListParameter> {
        switch self {
        case .assistants, .toolsOfAssistant: []
        case .policies: [.knowledgeID, .toolID]
        case .tools: [.assistantID]
        case .messages, .foundMessages: Self.messageFilters
        case .sessions: Self.sessionFilters
        }
    }

    private static let commonParameters = ListParameter.paging.union([.strict])
    private static let messageFilters: Set<ListParameter> = [
        .dateCreatedAfter, .dateCreatedBefore, .identity, .query, .role,
    ]
    private static let messageParameters = commonParameters.union(messageFilters).union(ListParameter.anchors).union([
        .includeTotal, .order,
    ])
    private static let sessionFilters: Set<ListParameter> = [
        .activityAfter, .assistantID, .dateCreatedAfter, .dateCreatedBefore, .dateUpdatedAfter, .dateUpdatedBefore,
        .identity,
    ]
    private static let sessionParameters = commonParameters.union(sessionFilters).union([
        .includeLastMessage, .order, .orderBy,
    ])
}

/// Which items of a list are wanted. Indirect: most lists have no filter, and a page's query is copied often.
indirect enum ListFilter: Equatable, Sendable {
    case messages(MessageFilter)
    case sessions(SessionFilter)
    case policies(PolicyFilter)
    /// Those of an assistant.
    case tools(AssistantID)

    var ofMessages: MessageFilter? { if case .messages(let filter) = self { filter } else { nil } }
    var ofSessions: SessionFilter? { if case .sessions(let filter) = self { filter } else { nil } }
}

/// Which policies are wanted.
struct PolicyFilter: Equatable, Sendable {
    let tool: ToolID?
    /// An id.
    let knowledge: String?
}

/// By what a list of sessions is ordered.
enum SessionOrder: String, CaseIterable, Sendable {
    case creation = "created"
    case activity
}

/// The item by which the list's first page is chosen.
struct ItemAnchor: Sendable {
    let parameter: ListParameter
    let place: MessageAnchor.Place
    /// Decoded, not checked; there may be no such item.
    let id: String
}

extension String {
    /// Its first 255 bytes, as many as an id may have; for messages about what a client has sent.
    var shortened: String {
        utf8.count > 255 ? String(decoding: utf8.prefix(255), as: UTF8.self) + "…" : self
    }
}
