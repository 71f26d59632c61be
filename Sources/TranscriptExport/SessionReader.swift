import AssistantsAPI
import AssistantsStore
import NIOCore

/// Some lines of a session.
struct SessionPage: Sendable {
    let session: SessionID
    var lines = ByteBuffer()
    var messages = 0
    /// Where the next page begins; `nil` where this is the last.
    var next: MessageCursor?
}

/// Reads sessions as lines, a page at a time.
struct SessionReader: Sendable {
    let store: any Store
    let account: AccountSID
    let selection: TranscriptExporter.Selection
    let pageSize: Int

    /// In bytes: what a page takes in memory at most, and one message.
    private static let budget = PageBudget(bytes: 2 << 20)

    /// Empty where the session has been deleted since it was listed, unless no other is wanted.
    func firstPage(of session: SessionID) async throws(StoreError) -> SessionPage {
        do {
            return try await page(of: session, .first)
        } catch  where error.isDeletion {
            if case .session = selection { throw error }
            return SessionPage(session: session)
        }
    }

    func page(
        of session: SessionID,
        _ anchor: PageRequest<MessageCursor>.Anchor
    ) async throws(StoreError) -> SessionPage {
        var page = SessionPage(session: session)
        let request = PageRequest(anchor, size: pageSize, budget: Self.budget)
        let reference = SessionReference(exactly: session)
        let neighbors = try await store.readMessages(of: reference, in: account, page: request) { row in
            TranscriptLine.write(row, to: &page.lines)
            page.messages += 1
        }
        page.next = neighbors.next
        return page
    }
}

extension StoreError {
    /// Whether a session that was there has been deleted, or has been deleted and created again.
    var isDeletion: Bool {
        switch self {
        case .notFound(.session), .cursorOfAnotherSession: true
        default: false
        }
    }
}
