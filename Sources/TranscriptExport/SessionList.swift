import AssistantsStore

/// The sessions that an export writes, one after another, in the order of their ids' bytes.
struct SessionList {
    /// How many sessions are listed in one go.
    private static let listSize = 1_000

    private let account: AccountSID
    private let store: any Store
    private let selection: TranscriptExporter.Selection
    private let isInterrupted: @Sendable () -> Bool
    private var listed: ArraySlice<Session> = []
    private var last: SessionID?
    private var isAtEnd = false
    /// How many sessions have been passed, those that are not selected among them.
    private(set) var passed = 0

    /// - Parameters:
    ///   - last: the session behind which the list begins; `nil` begins with the first.
    ///   - isInterrupted: asked before each part of the list whether to end.
    init(
        of account: AccountSID,
        in store: any Store,
        _ selection: TranscriptExporter.Selection,
        after last: SessionID?,
        isInterrupted: @escaping @Sendable () -> Bool
    ) {
        self.account = account
        self.store = store
        self.selection = selection
        self.last = last
        self.isInterrupted = isInterrupted
    }

    /// `nil` behind the last one.
    /// - Throws: `StoreError.notFound(.session)` where the one that is selected is not there; `ExportError.interrupted`.
    mutating func next() async throws -> SessionID? {
        if case .session(let reference) = selection {
            guard !isAtEnd else { return nil }
            isAtEnd = true
            return try await store.session(reference, in: account).id
        }
        while true {
            while let session = listed.popFirst() {
                passed += 1
                if isSelected(session) { return session.id }
            }
            guard !isAtEnd else { return nil }
            if isInterrupted() { throw ExportError.interrupted }
            let page = try await store.sessions(of: account, after: last, limit: Self.listSize)
            listed = page[...]
            last = page.last?.id
            isAtEnd = page.count < Self.listSize
        }
    }

    private func isSelected(_ session: Session) -> Bool {
        guard case .identity(let identity) = selection else { return true }
        return session.identity.utf8.elementsEqual(identity.utf8)
    }
}
