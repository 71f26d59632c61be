import AssistantsStore

extension MessagePageQuery {
    /// What a page of a session is read by.
    struct Statements {
        let page, longPage: String
        let rows: String
        /// `nil` on a list's first page.
        let neighbor: String?
        let position: Int64
        let size: Int
        let maximumLength: Int
        let budget: Int
        /// Those of a slice; none without a filter.
        let filterValues: [(any PostgresValue)?]
        var isSlice: Bool { !filterValues.isEmpty }

        init(_ request: PageRequest<MessageCursor>, matching filter: MessageFilter? = nil) {
            let isForward = request.direction == .after
            let shortPage: String
            if filter != nil {
                (shortPage, longPage) = isForward ? (sliceAfter, longSliceAfter) : (sliceBefore, longSliceBefore)
                neighbor = nil
            } else if request.anchor.cursor == nil {
                (shortPage, longPage) = isForward ? (first, longAfter) : (firstDescending, longBefore)
                neighbor = nil
            } else {
                (shortPage, longPage) = isForward ? (after, longAfter) : (before, longBefore)
                neighbor = isForward ? neighborAfter : neighborBefore
            }
            position = start(request)
            filterValues = filter.map { [request.scan.slice] + $0.values } ?? []
            rows = isForward ? rowsAfter : rowsBefore
            // What has the words that are looked for is found among all that match otherwise.
            let isSearch = filter?.query != nil
            size = isSearch ? request.scan.slice : request.size
            budget = request.budget.bytes
            maximumLength = isSearch ? budget : budget / 2 / (size + 1)
            page = isSearch ? longPage : shortPage
        }

        func values(_ session: SessionKey, length: Int) -> [(any PostgresValue)?] {
            [session.bytes, position, size + 1, length] + filterValues
        }

        /// The parts of `page`, and the session once more.
        func parts(_ key: SessionKey) -> [PostgresStatement] {
            let session = PostgresStatement(sessionAlone, [key.bytes])
            let rows = PostgresStatement(rows, values(key, length: maximumLength))
            guard let neighbor else { return [session, rows, session] }
            return [session, PostgresStatement(neighbor, [key.bytes, position]), rows, session]
        }
    }

    /// With a cursor, the page of the cursor's session, which must be one that the reference could mean; else of the nearest
    /// that there is.
    /// - Returns: `nil` where that session is at the version that is known.
    /// - Throws: `notFound(.session)`, `StoreError.cursorOfAnotherSession`.
    static func run(_ request: MessagePageRequest, on store: PostgresStore) async throws(StoreError) -> MessagePage? {
        let statements = Statements(request.page, matching: request.filter)
        func isMeant(_ session: SessionNumber) -> Bool {
            request.page.anchor.cursor.map { $0.session == session } ?? true
        }
        var isAnyThere = false
        for candidate in request.session.candidates {
            let key = SessionKey(candidate, in: request.account)
            if let known = request.known {
                let found = try await store.query(version, [key.bytes], on: store.readers(of: key).pool)
                guard let current = SessionVersion(found.result) else { continue }
                guard isMeant(current.session) else {
                    isAnyThere = true
                    continue
                }
                if current == known { return nil }
            }
            // Another one may be what is meant by now: the session can have been deleted meanwhile.
            let page =
                if let anchor = request.anchor {
                    try await page(request, at: anchor, of: key, on: store)
                } else if request.filter?.query != nil {
                    // Texts are compared on the connection's thread, not on the caller's.
                    try await store.readOneState(on: store.scanners) { connection in
                        try Self.page(request.page, of: key, matching: request.filter, &connection)
                    }
                } else {
                    try await rows(of: key, statements, isScan: request.isScan, on: store).map {
                        MessagePage($0, for: request.page)
                    }
                }
            guard let page else { continue }
            isAnyThere = true
            if isMeant(page.place.version.session) { return page }
        }
        throw isAnyThere ? .cursorOfAnotherSession : .notFound(.session)
    }

    /// The page that an anchor chooses, in one state with the anchor's message.
    /// - Returns: `nil` where there is no session.
    private static func page(
        _ request: MessagePageRequest,
        at anchor: MessageAnchor,
        of key: SessionKey,
        on store: PostgresStore
    ) async throws(StoreError) -> MessagePage? {
        try await store.readOneState(on: request.isScan ? store.scanners : nil) { connection in
            let found = try connection.run(position, [key.bytes, anchor.id])
            guard found.count > 0 else { return nil }
            guard !found.isNull(0, 1) else { throw StoreError.notFound(.message) }
            let cursor = MessageCursor(session: SessionNumber(found.integer(0, 0)), position: found.integer(0, 1))
            let chosen = try request.page.at(anchor.place, cursor) { before in
                try page(before, of: key, matching: nil, &connection)?.place.first
            }
            return try page(chosen, of: key, matching: request.filter, &connection)
        }
    }

    private static func page(
        _ request: PageRequest<MessageCursor>,
        of key: SessionKey,
        matching filter: MessageFilter?,
        _ connection: inout PostgresConnection
    ) throws -> MessagePage? {
        let statements = Statements(request, matching: filter)
        let length = statements.maximumLength
        var rows = MessagePageRows(
            PostgresRows(try connection.run(statements.page, statements.values(key, length: length))),
            isSlice: statements.isSlice
        )
        if rows?.isAnyLeftOut == true {
            let values = statements.values(key, length: statements.budget)
            rows = MessagePageRows(
                PostgresRows(try connection.run(statements.longPage, values)),
                isSlice: statements.isSlice
            )
        }
        return rows.map { MessagePage($0, for: request, matching: filter?.query) }
    }

    /// - Returns: `nil` where there is no session.
    private static func rows(
        of key: SessionKey,
        _ statements: Statements,
        isScan: Bool,
        on store: PostgresStore
    ) async throws(StoreError) -> MessagePageRows? {
        let (readers, isNode) = isScan ? (store.scanners, false) : store.readers(of: key)
        var rows: MessagePageRows?
        // The node of Citus that stores a session keeps plans for statements on one table and one key, but plans a union each time.
        if isNode, !statements.isSlice {
            let parts = try await store.queries(statements.parts(key), on: readers)
            if parts.first?.result.count == 0, parts.last?.result.count == 0 { return nil }
            rows = MessagePageRows(parts: parts)
        }
        if rows == nil {
            let values = statements.values(key, length: statements.maximumLength)
            rows = MessagePageRows(
                try await store.query(statements.page, values, on: readers),
                isSlice: statements.isSlice
            )
        }
        guard rows?.isAnyLeftOut == true else { return rows }
        let values = statements.values(key, length: statements.budget)
        return MessagePageRows(
            try await store.query(statements.longPage, values, on: readers),
            isSlice: statements.isSlice
        )
    }
}

extension MessageFilter {
    /// What a slice is filtered by.
    fileprivate var values: [(any PostgresValue)?] {
        let roles = roles.isEmpty ? MessageRole.allCases : Array(roles)
        return [
            TextArray(roles.map(\.rawValue)), identity, created.start?.microseconds ?? .min,
            created.end?.microseconds ?? .max,
        ]
    }
}

extension SessionVersion {
    /// Of a result of `MessagePageQuery.version`; `nil` where there is no session.
    fileprivate init?(_ result: borrowing PostgresResult) {
        guard result.count > 0 else { return nil }
        self.init(session: SessionNumber(result.integer(0, 0)), stamp: result.integer(0, 1))
    }
}
