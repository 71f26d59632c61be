extension MessageStore {
    /// Reads a page of the messages that match the request's filter. Reads slices until one has a match, or the page is full if the
    /// `ScanBudget` says so, or that is spent; only then can a page be empty and still have a neighbor in the direction of reading.
    ///
    /// In the opposite direction there is a neighbor if a slice there has a match or does not reach the end. Errors are those of
    /// `readMessages`; `unavailable` if the task is cancelled.
    /// - Parameter isTrial: whether to give up if a match may lie beyond the first slice. Then the place's `isUnfinished` is true, and the rows
    ///   must be discarded.
    package func readMatchingMessages(
        _ request: MessagePageRequest,
        isTrial: Bool = false,
        _ body: (borrowing MessageRow) -> Void
    ) async throws(StoreError) -> MessagePageReading {
        var scan = MatchingScan(request)
        var request = request
        /// The page must reach this message, even if it already has matches.
        var target: MessageCursor?
        if let anchor = request.anchor, anchor.place == .around {
            guard let cursor = try await position(of: anchor.id, request, &scan) else { return .unchanged }
            let (start, unfinished) = try await start(around: cursor, request, &scan)
            if isTrial, let unfinished { return .read(unfinished) }
            request.anchor = nil
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
        let first: MessagePagePlace
        if target == nil {
            guard case .read(let place) = try await readMessages(request, take) else { return .unchanged }
            first = place
        } else {
            first = try await readSlice(request, size: request.page.size, bytes: room, take)
        }
        scan.note(first)
        var last = first
        var firstMatch = first.first
        while last.isUnfinished, let far = last.neighbors.neighbor(isPrevious: isBackward) {
            // Up to the target, the search for the start has examined everything already.
            if target.map({ last.end.isBehind($0, in: request.page.order) }) ?? true {
                let isWanted = count == 0 || request.page.isToBeFilled(count, bytesLeft: room)
                guard isWanted, scan.mayContinue() else { break }
            }
            request.page.anchor = isBackward ? .before(far) : .after(far)
            last = try await readSlice(request, size: request.page.size - count, bytes: room, take)
            scan.note(last)
            firstMatch = isBackward ? last.first ?? firstMatch : firstMatch ?? last.first
        }
        if isTrial, last.isUnfinished { return .read(last) }
        var near = first.neighbors.neighbor(isPrevious: !isBackward)
        if let cursor = near, scan.checkTime() {
            var isMatchNear = false
            request.page.anchor = isBackward ? .after(cursor) : .before(cursor)
            let other = try await readSlice(request, size: 1, bytes: request.page.budget.bytes) { _ in
                isMatchNear = true
            }
            scan.note(other)
            if !isMatchNear, !other.isUnfinished { near = nil }
        }
        let far = last.neighbors.neighbor(isPrevious: isBackward)
        return .read(
            MessagePagePlace(
                neighbors: PageNeighbors(previous: isBackward ? far : near, next: isBackward ? near : far),
                first: firstMatch,
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
    private func position(
        of id: MessageID,
        _ request: MessagePageRequest,
        _ scan: inout MatchingScan
    ) async throws(StoreError) -> MessageCursor? {
        var request = request
        request.page = PageRequest(.first, size: 1)
        request.anchor = MessageAnchor(.around, id)
        request.filter = nil
        guard case .read(let place) = try await readMessages(request, { _ in }) else { return nil }
        scan.note(place, isSlice: false)
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
        while left > 0, room > 0 {
            let place = try await readSlice(request, size: left, bytes: room) { row in
                left -= 1
                room -= row.maximumJSONLength + request.page.budget.overhead
            }
            scan.note(place)
            start = place.first ?? start
            guard place.isUnfinished else { break }
            guard scan.mayContinue(isHalf: true), let far = place.neighbors.previous else { return (start, place) }
            request.page.anchor = .before(far)
        }
        return (start, nil)
    }

    /// Reads a slice. If the session was deleted meanwhile, throws `notFound`, even if another one has its name now.
    private func readSlice(
        _ request: MessagePageRequest,
        size: Int,
        bytes: Int,
        _ body: (borrowing MessageRow) -> Void
    ) async throws(StoreError) -> MessagePagePlace {
        if Task.isCancelled { throw .unavailable(CancellationError()) }
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

/// The progress of reading one page with a filter.
private struct MatchingScan {
    private var progress: ScanProgress
    private var version: SessionVersion?
    /// `MessagePagePlace.isReproducible`.
    private(set) var isReproducible = true

    init(_ request: MessagePageRequest) {
        progress = ScanProgress(request.page.scan)
    }

    /// Notes what was read.
    mutating func note(_ place: MessagePagePlace, isSlice: Bool = true) {
        if isSlice { progress.addSlice() }
        if let version, version != place.version { isReproducible = false }
        version = place.version
    }

    /// Whether another slice may be read.
    /// - Parameter isHalf: whether half of the work is left for something else.
    mutating func mayContinue(isHalf: Bool = false) -> Bool {
        progress.hasItemsLeft(isHalf: isHalf) && checkTime(isHalf: isHalf)
    }

    /// Whether time is left. If not, the page is not reproducible: how far a request gets in that time differs.
    mutating func checkTime(isHalf: Bool = false) -> Bool {
        let isInTime = progress.hasTimeLeft(isHalf: isHalf)
        isReproducible = isReproducible && isInTime
        return isInTime
    }
}

extension MessageCursor {
    /// Whether what comes after this cursor comes after the other one, too.
    fileprivate func isBehind(_ other: MessageCursor, in order: ListOrder) -> Bool {
        order == .ascending ? position >= other.position : position <= other.position
    }
}
