/// A parameter of lists beside those of paging. `docs/listing.md` says what each means.
enum ListParameter: String, CaseIterable {
    case after = "After"
    case around = "Around"
    case before = "Before"
    case includeTotal = "IncludeTotal"
    case order = "Order"
    case strict = "Strict"

    /// Where an item is on the page that the parameter names it for; `nil` where the parameter names none.
    var place: ItemAnchor.Place? { ItemAnchor.Place(rawValue: rawValue) }
}

/// The item by which the list's first page is chosen.
struct ItemAnchor: Sendable {
    /// Where the page lies.
    enum Place: String, Sendable {
        case after = "After"
        case around = "Around"
        case before = "Before"
    }

    let place: Place
    /// As it came; perhaps of nothing.
    let id: String
}

extension String {
    /// For messages about what a client has sent.
    var shortened: String { count > 100 ? "\(prefix(100))…" : self }
}
