package import AssistantsStore

/// What a walk through a session comes by, to be compared: every message as text, and every page's neighbours.
package struct SessionWalk: Equatable, Sendable {
    package private(set) var messages: [String] = []
    package private(set) var neighbors: [String] = []

    /// - Parameters:
    ///   - first: where the walk begins.
    ///   - next: where the walk continues, from the neighbors of the last page; `nil` at its end.
    package init(
        _ session: String,
        of account: AccountSID,
        in store: any Store,
        size: Int,
        from first: PageRequest<MessageCursor>.Anchor = .first,
        _ next: (PageNeighbors<MessageCursor>) -> PageRequest<MessageCursor>.Anchor? = { $0.next.map { .after($0) } }
    ) async throws {
        var anchor: PageRequest<MessageCursor>.Anchor? = first
        while let current = anchor {
            let page = PageRequest(current, size: size)
            var texts: [String] = []
            let met = try await store.readMessages(of: SessionReference(session), in: account, page: page) { row in
                texts.append(row.text)
            }
            messages += texts
            neighbors.append("\(met)")
            anchor = next(met)
        }
    }
}
