package import AssistantsStore
import PrometheusMetrics

extension PostgresStore {
    package var state: StoreState? { nil }

    package var hasOneWriter: Bool { false }

    package func readMessages(
        _ request: MessagePageRequest,
        _ body: (borrowing MessageRow) -> Void
    ) async throws(StoreError) -> MessagePageReading {
        let start = ContinuousClock.now
        defer { (request.isScan ? sliceTimes : pageTimes).record(start.duration(to: .now)) }
        guard let page = try await MessagePageQuery.run(request, on: self) else { return .unchanged }
        if request.filter?.query == nil {
            page.forEach(body)
        } else {
            // What was found is looked for once more, to show it.
            await withTaskExecutorPreference(globalConcurrentExecutor) { await Self.forEach(of: page, body) }
        }
        return .read(page.place)
    }

    package func messages(
        _ request: AccountMessagesRequest
    ) async throws(StoreError) -> Page<Message, AccountMessageCursor> {
        let start = ContinuousClock.now
        defer { sliceTimes.record(start.duration(to: .now)) }
        // Texts are compared on the connection's thread, not on the caller's.
        return try await readOneState(on: scanners) { connection in try AccountMessageQuery.run(request, &connection) }
    }

    /// `@concurrent`, so that it runs on the preferred executor and not on the caller's.
    @concurrent
    private static func forEach(of page: MessagePage, _ body: (borrowing MessageRow) -> Void) async {
        page.forEach(body)
    }

    package func requireTotals() async throws(StoreError) {
        try await require([.deletions])
    }

    /// - Throws: `migrationUnfinished` where `Migrator.finish` has not filled all of these.
    func require(_ fillings: [Migrator.Filling]) async throws(StoreError) {
        let names = TextArray(fillings.map(\.rawValue))
        guard try await query(Migrator.finished, [names]).result.count == fillings.count else {
            throw .migrationUnfinished
        }
    }

    package func append(
        _ messages: [MessageDraft],
        to session: SessionReference,
        in account: AccountSID,
        defaults: MessageDefaults,
        once: IdempotentWrite<[Message]>?
    ) async throws(StoreError) -> IdempotentResult<[Message]> {
        try await write { connection in
            try connection.write(once, in: account) { connection in
                try connection.append(messages, to: session, in: account, defaults: defaults).messages
            }
        }
    }

    package func importMessages(
        _ messages: [NewMessage],
        to account: AccountSID,
        defaults: MessageDefaults
    ) async throws(StoreError) -> ImportResult {
        try await write { connection in
            try connection.importMessages(messages, to: account, defaults: defaults)
        }
    }

    package func compare(
        _ messages: [NewMessage],
        in account: AccountSID
    ) async throws(StoreError) -> ImportComparison {
        try await read { connection in try connection.compare(messages, in: account) }
    }
}
