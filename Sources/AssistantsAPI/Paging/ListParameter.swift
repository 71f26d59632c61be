import AssistantsStore

/// A parameter of lists. `docs/listing.md` says what each means.
enum ListParameter: String, CaseIterable {
    case after = "After"
    case around = "Around"
    case before = "Before"
    case dateCreatedAfter = "DateCreatedAfter"
    case dateCreatedBefore = "DateCreatedBefore"
    case identity = "Identity"
    case includeTotal = "IncludeTotal"
    case order = "Order"
    case page = "Page"
    case pageSize = "PageSize"
    case pageToken = "PageToken"
    case role = "Role"
    case strict = "Strict"

    /// Those that every list has.
    static let common = paging.union([.strict])
    /// Those that say where in a list a page lies.
    static let paging: Set<ListParameter> = [.page, .pageSize, .pageToken]
    /// Those of a session's messages.
    static let ofMessages: Set<ListParameter> = common.union(anchors).union(messageFilters).union([
        .includeTotal, .order,
    ])
    /// Those that name the item by which the first page is chosen.
    static let anchors: Set<ListParameter> = [.after, .around, .before]
    /// Those that choose which messages a list has.
    static let messageFilters: Set<ListParameter> = [.dateCreatedAfter, .dateCreatedBefore, .identity, .role]

    /// Where the page lies relative to the item that the parameter names; `nil` for those that name none.
    var place: MessageAnchor.Place? {
        switch self {
        case .after: .after
        case .around: .around
        case .before: .before
        case .dateCreatedAfter, .dateCreatedBefore, .identity, .includeTotal, .order, .page, .pageSize, .pageToken,
            .role, .strict:
            nil
        }
    }
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
