import AssistantsStore

/// An account in an empty store, and short words for what the checks do with it.
struct Fixture: Sendable {
    static let defaults = MessageDefaults(assistantName: "Test", date: Timestamp(microseconds: 1_700_000_000_000_000))

    let store: any Store
    let account: AccountSID

    init(_ store: any Store) async throws {
        self.store = store
        account = .random()
        try await store.create(Account(sid: account, name: "", dateCreated: .now), token: .meaningless)
    }

    /// Another account in the same store.
    func neighbor() async throws -> Fixture {
        try await Fixture(store)
    }

    /// Stores messages under the ids that they have.
    @discardableResult
    func put(_ messages: [NewMessage]) async throws -> ImportResult {
        try await store.importMessages(messages, to: account, defaults: Self.defaults)
    }

    /// Stores messages whose ids are their texts.
    @discardableResult
    func put(_ texts: [String], in session: String) async throws -> ImportResult {
        try await put(texts.map { try .text($0, in: session) })
    }

    /// Appends messages to what `session` means.
    func append(_ drafts: [MessageDraft], to session: String) async throws -> [Message] {
        guard case .done(let messages) = try await append(drafts, to: session, once: nil) else { return [] }
        return messages
    }

    /// The same, once.
    func append(
        _ drafts: [MessageDraft],
        to session: String,
        once request: IdempotentRequest?
    ) async throws(StoreError) -> IdempotentResult<[Message]> {
        try await store.append(
            drafts,
            to: SessionReference(session),
            in: account,
            defaults: Self.defaults,
            once: request.map { request in
                IdempotentWrite(request) { StoredAnswer(status: 201, body: Array($0.map(\.id.text).joined().utf8)) }
            }
        )
    }

    /// One page, as the texts of its messages.
    func page(
        of session: String,
        _ anchor: PageRequest<MessageCursor>.Anchor,
        in order: ListOrder = .ascending,
        size: Int
    ) async throws -> (texts: [String], neighbors: PageNeighbors<MessageCursor>) {
        var texts: [String] = []
        let neighbors = try await store.readMessages(
            of: SessionReference(session),
            in: account,
            page: PageRequest(anchor, in: order, size: size)
        ) { row in
            texts.append(row.id.text)
        }
        return (texts, neighbors)
    }

    /// What a row says beyond its text.
    struct RowFields: Sendable {
        let assistantID: String
        let identity: String
        let meta: String
        let dateCreated: Timestamp
        let dateUpdated: Timestamp
    }

    func rows(of session: String) async throws -> [RowFields] {
        var rows: [RowFields] = []
        _ = try await store.readMessages(
            of: SessionReference(session),
            in: account,
            page: PageRequest(.first, size: 1_000)
        ) { row in
            rows.append(
                RowFields(
                    assistantID: row.assistantID.text,
                    identity: row.identity.text,
                    meta: row.meta.text,
                    dateCreated: row.dateCreated,
                    dateUpdated: row.dateUpdated
                )
            )
        }
        return rows
    }

    /// Walks forward to the end and gives the pages.
    func walk(
        _ session: String,
        in order: ListOrder = .ascending,
        size: Int,
        afterEachPage: (Int) async throws -> Void = { _ in }
    ) async throws -> [[String]] {
        var pages: [[String]] = []
        var anchor = PageRequest<MessageCursor>.Anchor.first
        while true {
            let page = try await page(of: session, anchor, in: order, size: size)
            pages.append(page.texts)
            guard let next = page.neighbors.next else { return pages }
            try await afterEachPage(pages.count)
            anchor = .after(next)
        }
    }
}

extension NewMessage {
    /// A message whose id is its text, so that a walk's result can be compared with what was written.
    static func text(
        _ text: String,
        in session: String,
        role: MessageRole = .user,
        date: Timestamp? = nil
    ) throws -> NewMessage {
        NewMessage(
            id: MessageID(unchecked: text),
            sessionID: SessionID(unchecked: session),
            role: role,
            content: try JSONObject(#"{"content":"\#(text)"}"#),
            dateCreated: date
        )
    }
}

extension MessageDraft {
    /// A message told from others by a number.
    static func number(_ number: Int) throws -> MessageDraft {
        MessageDraft(role: .user, content: try JSONObject(#"{"n":\#(number)}"#))
    }
}

extension StoredAuthToken {
    /// One that no password has.
    static var meaningless: StoredAuthToken {
        StoredAuthToken(digest: (0..<32).map { _ in .random(in: .min ... .max) }, sealed: [])
    }
}
