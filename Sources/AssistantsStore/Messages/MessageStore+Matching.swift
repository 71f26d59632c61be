extension MessageStore {
    /// Reads a page of the messages that match the request's filter: slices, until one has a match or the page's `ScanBudget` is spent. Only
    /// in the latter case a page is empty and has a neighbor in the direction of reading.
    ///
    /// In the opposite direction there is a neighbor if one of the nearest messages matches, as many as a slice has, or if there are more
    /// of them. Errors are those of `readMessages`; `unavailable` where the task is cancelled.
    /// - Parameter isTrial: whether to give up a page that takes more than one slice each way. Then `isUnfinished` says so, and what was
    ///   read is no page.
    package func readMatchingMessages(
        _ request: MessagePageRequest,
        isTrial: Bool = false,
        _ body: (borrowing MessageRow) -> Void
    ) async throws(StoreError) -> MessagePageReading {
        var scan = MatchingScan(request)
        var request = request
        /// How far the page must be read, whether it has matches or not.
        var target: MessageCursor?
        if let anchor = request.anchor, anchor.place == .around {
            guard let cursor = try await position(of: anchor.id, request) else { return .unchanged }
            let (start, unfinished) = try await start(around: cursor, request, &scan)
            if isTrial, let unfinished { return .read(unfinished) }
            (request.anchor, request.known) = (nil, nil)
            request.page.anchor = .after(start.moved(by: request.page.order == .ascending ? -1 : 1))
            target = cursor
        }
        let isBackward = request.isReadBackward
        var count = 0
        var room = request.page.budget.bytes
        func take(_ row: borrowing MessageRow) {
            count += 1
            room -= row.maximumJSONLength + request.page.budget.overhead
            body(row)
        }
        guard case .read(let first) = try await readMessages(request, take) else { return .unchanged }
        scan.note(first)
        var last = first
        while last.isUnfinished, let far = last.neighbors.neighbor(isBackward) {
            // Up to the target lies only what has been examined before.
            if target.map({ last.end.isBehind($0, in: request.page.order) }) ?? true {
                guard count == 0, try scan.mayGoOn() else { break }
            }
            request.page.anchor = isBackward ? .before(far) : .after(far)
            last = try await readSlice(request, size: request.page.size - count, bytes: room, take)
            scan.note(last)
        }
        if isTrial, last.isUnfinished { return .read(last) }
        var near = first.neighbors.neighbor(!isBackward)
        if let cursor = near, scan.isInTime() {
            var isMatchNear = false
            request.page.anchor = isBackward ? .after(cursor) : .before(cursor)
            let other = try await readSlice(request, size: 1, bytes: room) { _ in isMatchNear = true }
            scan.note(other)
            if !isMatchNear, !other.isUnfinished { near = nil }
        }
        let far = last.neighbors.neighbor(isBackward)
        return .read(
            MessagePagePlace(
                neighbors: PageNeighbors(previous: isBackward ? far : near, next: isBackward ? near : far),
                first: isBackward ? last.first : first.first,
                end: isBackward ? first.end : last.end,
                version: first.version,
                isUnfinished: last.isUnfinished,
                isReproducible: scan.isReproducible,
                total: last.total
            )
        )
    }

    /// Where a message is.
    /// - Returns: `nil` where the session is at the version that is known.
    private func position(of id: MessageID, _ request: MessagePageRequest) async throws(StoreError) -> MessageCursor? {
        var request = request
        request.page = PageRequest(.first, size: 1)
        request.anchor = MessageAnchor(.around, id)
        request.filter = nil
        guard case .read(let place) = try await readMessages(request, { _ in }) else { return nil }
        return place.first
    }

    /// The first message of a page around a message that is at `cursor`.
    /// - Returns: also the slice with which the search ended, unless there are as many in front of that message as half of the page, or all
    ///   that there are.
    private func start(
        around cursor: MessageCursor,
        _ request: MessagePageRequest,
        _ scan: inout MatchingScan
    ) async throws(StoreError) -> (start: MessageCursor, unfinished: MessagePagePlace?) {
        var request = request
        (request.anchor, request.known) = (nil, nil)
        request.page.anchor = .before(cursor)
        var start = cursor
        var left = request.page.size / 2
        var room = request.page.budget.bytes / 2
        while left > 0 {
            let place = try await readSlice(request, size: left, bytes: room) { row in
                left -= 1
                room -= row.maximumJSONLength + request.page.budget.overhead
            }
            scan.note(place)
            start = place.first ?? start
            guard place.isUnfinished else { break }
            guard try scan.mayGoOn(isHalf: true), let far = place.neighbors.previous else { return (start, place) }
            request.page.anchor = .before(far)
        }
        return (start, nil)
    }

    /// Reads a slice. If the session was deleted since the request began, it is not there, even if there is another one of its name.
    private func readSlice(
        _ request: MessagePageRequest,
        size: Int,
        bytes: Int,
        _ body: (borrowing MessageRow) -> Void
    ) async throws(StoreError) -> MessagePagePlace {
        var slice = request
        (slice.anchor, slice.known) = (nil, nil)
        slice.page = PageRequest(
            request.page.anchor,
            in: request.page.order,
            size: size,
            budget: PageBudget(bytes: bytes, overhead: request.page.budget.overhead),
            scan: request.page.scan
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

/// What the reading of a page has come to, of which only some messages match.
private struct MatchingScan {
    private let budget: ScanBudget
    private let deadline: ContinuousClock.Instant
    private var examined = 0
    private var version: SessionVersion?
    /// `MessagePagePlace.isReproducible`.
    private(set) var isReproducible = true

    init(_ request: MessagePageRequest) {
        budget = request.page.scan
        deadline = .now + budget.duration
    }

    /// Notes a slice that was read.
    mutating func note(_ slice: MessagePagePlace) {
        examined += budget.slice
        if let version, version != slice.version { isReproducible = false }
        version = slice.version
    }

    /// Whether another slice may be read.
    /// - Parameter isHalf: whether half of the work is left for something else.
    mutating func mayGoOn(isHalf: Bool = false) throws(StoreError) -> Bool {
        if Task.isCancelled { throw .unavailable(CancellationError()) }
        return examined < (isHalf ? budget.items / 2 : budget.items) && isInTime()
    }

    mutating func isInTime() -> Bool {
        let isInTime = ContinuousClock.now < deadline
        // How far it comes in that time differs.
        isReproducible = isReproducible && isInTime
        return isInTime
    }
}

extension PageNeighbors {
    /// The page before, or the next one.
    fileprivate func neighbor(_ isBefore: Bool) -> Cursor? { isBefore ? previous : next }
}

extension MessageCursor {
    /// Whether what comes after this cursor comes after the other one, too.
    fileprivate func isBehind(_ other: MessageCursor, in order: ListOrder) -> Bool {
        order == .ascending ? position >= other.position : position <= other.position
    }
}
