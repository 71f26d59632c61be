extension MessageStore {
    /// Reads a page of the messages that match a filter: slices, until one has a match or the page's `ScanBudget` is spent. Only in the latter
    /// case a page is empty and has a neighbor in the direction of reading.
    ///
    /// In the opposite direction there is a neighbor if one of the nearest messages matches, as many as a slice has, or if there are more
    /// of them. Parameters and errors are those of `readMessages`.
    package func readMatchingMessages(
        of session: SessionReference,
        in account: AccountSID,
        page: PageRequest<MessageCursor>,
        at anchor: MessageAnchor?,
        matching filter: MessageFilter,
        unless known: SessionVersion?,
        _ body: (borrowing MessageRow) -> Void
    ) async throws(StoreError) -> MessagePageReading {
        let deadline = ContinuousClock.now + page.scan.duration
        var count = 0
        let reading = try await readMessages(
            of: session,
            in: account,
            page: page,
            at: anchor,
            matching: filter,
            unless: known
        ) { row in
            count += 1
            body(row)
        }
        guard case .read(let first) = reading else { return .unchanged }
        let isBackward = page.isReadBackward || anchor?.place == .before
        var isOfOneState = true
        /// The page of `size` in a direction from a cursor on.
        func slice(
            _ isBackward: Bool,
            from cursor: MessageCursor,
            size: Int,
            _ body: (borrowing MessageRow) -> Void
        ) async throws(StoreError) -> MessagePagePlace {
            let page = PageRequest(
                isBackward ? .before(cursor) : .after(cursor),
                in: page.order,
                size: size,
                budget: page.budget,
                scan: page.scan
            )
            let place = try await readNextSlice(of: session, in: account, page: page, matching: filter, body)
            isOfOneState = isOfOneState && place.version == first.version
            return place
        }
        var last = first
        var examined = page.scan.slice
        while count == 0, last.isUnfinished, let far = last.neighbors.neighbor(isBackward),
            examined < page.scan.items, ContinuousClock.now < deadline
        {
            last = try await slice(isBackward, from: far, size: page.size) { row in
                count += 1
                body(row)
            }
            examined += page.scan.slice
        }
        var near = first.neighbors.neighbor(!isBackward)
        if let cursor = near {
            var isMatchNear = false
            let other = try await slice(!isBackward, from: cursor, size: 1) { _ in isMatchNear = true }
            if !isMatchNear, !other.isUnfinished { near = nil }
        }
        let far = last.neighbors.neighbor(isBackward)
        return .read(
            MessagePagePlace(
                neighbors: PageNeighbors(previous: isBackward ? far : near, next: isBackward ? near : far),
                end: isBackward ? first.end : last.end,
                version: first.version,
                isUnfinished: last.isUnfinished,
                isOfOneState: isOfOneState,
                total: last.total
            )
        )
    }

    /// Reads a slice that follows another one. If the session was deleted in between, it is not there, also where there is another one
    /// of its name.
    private func readNextSlice(
        of session: SessionReference,
        in account: AccountSID,
        page: PageRequest<MessageCursor>,
        matching filter: MessageFilter,
        _ body: (borrowing MessageRow) -> Void
    ) async throws(StoreError) -> MessagePagePlace {
        let reading: MessagePageReading
        do {
            reading = try await readMessages(
                of: session,
                in: account,
                page: page,
                at: nil,
                matching: filter,
                unless: nil,
                body
            )
        } catch .cursorOfAnotherSession {
            throw .notFound(.session)
        }
        guard case .read(let place) = reading else { preconditionFailure("no version was given that it could be") }
        return place
    }
}

extension PageNeighbors {
    /// The page before, or the next one.
    fileprivate func neighbor(_ isBefore: Bool) -> Cursor? { isBefore ? previous : next }
}
