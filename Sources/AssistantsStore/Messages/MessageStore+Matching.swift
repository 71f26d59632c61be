extension MessageStore {
    /// Reads a page of the messages that match a filter: slices, until one has a match or the page's `ScanBudget` is spent. Only in the latter
    /// case a page is empty and has a neighbor in the direction of reading.
    ///
    /// In the opposite direction there is a neighbor if one of the nearest messages matches, as many as a slice has, or if there are more
    /// of them. Errors are those of `readMessages`.
    package func readMatchingMessages(
        _ request: MessagePageRequest,
        _ body: (borrowing MessageRow) -> Void
    ) async throws(StoreError) -> MessagePageReading {
        let scan = request.page.scan
        let deadline = ContinuousClock.now + scan.duration
        var count = 0
        func take(_ row: borrowing MessageRow) {
            count += 1
            body(row)
        }
        guard case .read(let first) = try await readMessages(request, take) else { return .unchanged }
        let isBackward = request.isReadBackward
        var last = first
        var isOfOneState = true
        var examined = scan.slice
        while count == 0, last.isUnfinished, let far = last.neighbors.neighbor(isBackward), examined < scan.items,
            ContinuousClock.now < deadline
        {
            last = try await readSlice(request, isBackward, from: far, size: request.page.size, take)
            isOfOneState = isOfOneState && last.version == first.version
            examined += scan.slice
        }
        var near = first.neighbors.neighbor(!isBackward)
        if let cursor = near {
            var isMatchNear = false
            let other = try await readSlice(request, !isBackward, from: cursor, size: 1) { _ in isMatchNear = true }
            isOfOneState = isOfOneState && other.version == first.version
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

    /// Reads a slice that lies behind a cursor, or in front of it. If the session was deleted since the request began, it is not there, also
    /// where there is another one of its name.
    private func readSlice(
        _ request: MessagePageRequest,
        _ isBackward: Bool,
        from cursor: MessageCursor,
        size: Int,
        _ body: (borrowing MessageRow) -> Void
    ) async throws(StoreError) -> MessagePagePlace {
        let page = request.page
        let slice = MessagePageRequest(
            of: request.session,
            in: request.account,
            page: PageRequest(
                isBackward ? .before(cursor) : .after(cursor),
                in: page.order,
                size: size,
                budget: page.budget,
                scan: page.scan
            ),
            matching: request.filter
        )
        let reading: MessagePageReading
        do {
            reading = try await readMessages(slice, body)
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
