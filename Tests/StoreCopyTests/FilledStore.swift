import AssistantsStore
import StoreConformance

/// What a store has in every table, and what of it must be the same in a copy.
struct FilledStore {
    let account = AccountSID.random()
    let key = APIKeySID.random()
    let request = IdempotentRequest(key: "a key \\\t\n\r é", digest: Array(0..<32))
    /// A text with all that a format might take for its own.
    static let text = #"{"content":"\\ \t \n \\N \\. é 😀 \"quoted\""}"#

    /// Fills an empty store.
    init(_ store: any Store, messages: Int) async throws {
        try await store.create(
            Account(sid: account, name: "tab\tand\\N\nline", dateCreated: .now),
            token: StoredAuthToken(digest: Array(0..<32), sealed: [0, 92, 9, 10, 255])
        )
        try await store.create(
            APIKey(sid: key, account: account, name: "", isReadOnly: true, dateCreated: .now),
            secretDigest: Array(1..<33)
        )
        try await store.setSecondaryAuthToken(StoredAuthToken(digest: Array(2..<34), sealed: [7]), of: account)
        var details = AssistantDetails(name: "Ann")
        details.sealedSegmentCredential = [1, 2]
        details.isPerceptionEngineEnabled = true
        let assistant = Assistant(details, in: account)
        try await store.create(assistant)
        try await store.create(Assistant(AssistantDetails(name: "Bob"), in: account))
        var tool = ToolDetails(name: "weather", type: "WEBHOOK", isEnabled: true)
        tool.meta = JSONObject(unchecked: #"{"url":"https://example.com/é"}"#)
        _ = try await store.perform(
            ToolCreation(
                Tool(tool, in: account),
                attachedTo: assistant.id,
                policy: .create(PolicyDetails(JSONObject(unchecked: #"{"a":[1]}"#))),
                once: nil
            )
        )
        let draft = MessageDraft(role: .user, content: try JSONObject(Self.text), identity: "user_id:\\N")
        for session in ["s", "webhook:t/é"] {
            _ = try await append(Array(repeating: draft, count: messages), to: session, in: store)
        }
        _ = try await append([draft], to: "s", in: store, once: request)
        if case .done(let deleted) = try await append([draft, draft], to: "s", in: store) {
            try await store.delete(deleted[0].id, of: SessionReference("s"), in: account)
        }
        let worker = WorkerID.unique()
        for (number, session) in ["s", "s", "u"].enumerated() {
            let turn = NewTurn(
                id: .unique(),
                assistantID: assistant.id,
                session: SessionReference(session),
                identity: "user_id:alice",
                content: try JSONObject(Self.text),
                mode: .chat,
                webhook: number == 2 ? "https://example.com/" : nil
            )
            _ = try await store.accept(
                turn,
                in: account,
                by: worker,
                maximumWaiting: 9,
                lease: .seconds(600),
                once: nil
            )
        }
        for turn in try await store.beginTurns(as: worker, limit: 9, lease: .seconds(600), at: .now)
        where turn.webhook != nil {
            let end = TurnEnd(
                reply: try JSONObject(Self.text),
                answer: StoredAnswer(status: 200, body: []),
                callback: NewCallback(url: "https://example.com/", body: "a=b\\", idempotencyToken: "token")
            )
            try await store.finish(turn.id, as: worker, with: end)
        }
        // The newest, whose number no other session has behind it.
        _ = try await append(Array(repeating: draft, count: messages), to: "gone", in: store)
        try await store.delete(SessionReference("gone"), in: account)
    }

    func append(
        _ drafts: [MessageDraft],
        to session: String,
        in store: any Store,
        once request: IdempotentRequest? = nil
    ) async throws -> IdempotentResult<[Message]> {
        try await store.append(
            drafts,
            to: SessionReference(session),
            in: account,
            defaults: MessageDefaults(assistantName: "Test"),
            once: request.map { IdempotentWrite($0) { _ in StoredAnswer(status: 201, body: [92, 110, 0, 255]) } }
        )
    }

    /// What a walk through a session comes by.
    func walk(_ session: String, in store: any Store) async throws -> SessionWalk {
        try await SessionWalk(session, of: account, in: store, size: 1_000)
    }
}
