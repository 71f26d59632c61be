import AssistantsStore

/// An assistant in an empty store, a worker, and short words for what the checks do with them. Turns have their texts as
/// their ids.
struct TurnFixture: Sendable {
    static let answer = StoredAnswer(status: 200, body: Array("answer".utf8))
    static let callback = NewCallback(url: "https://example.com/", body: "a=b", idempotencyToken: "token")
    /// Of turns and of attempts to deliver callbacks: longer than a check takes.
    static let lease = Duration.seconds(600)

    let base: Fixture
    let assistant: Assistant
    let worker = WorkerID.unique()

    init(_ store: any Store) async throws {
        base = try await Fixture(store)
        assistant = try await base.createAssistant("Ann")
    }

    @discardableResult
    func accept(
        _ text: String,
        in session: String,
        to assistant: AssistantID? = nil,
        maximumWaiting: Int = 10,
        webhook: String? = nil,
        lease: Duration = Self.lease,
        at date: Timestamp = .now,
        once: IdempotentWrite<SessionID>? = nil
    ) async throws -> IdempotentResult<SessionID> {
        let turn = NewTurn(
            id: TurnID(unchecked: text),
            assistantID: assistant ?? self.assistant.id,
            session: SessionReference(session),
            identity: "user_id:alice",
            content: try Self.content(text),
            mode: .email,
            webhook: webhook,
            date: date
        )
        return try await base.store.accept(
            turn,
            in: base.account,
            by: worker,
            maximumWaiting: maximumWaiting,
            lease: lease,
            once: once
        )
    }

    func begin(
        as worker: WorkerID? = nil,
        limit: Int = 9,
        lease: Duration = Self.lease,
        at date: Timestamp = .now
    ) async throws -> [Turn] {
        try await base.store.beginTurns(as: worker ?? self.worker, limit: limit, lease: lease, at: date)
    }

    func renew(_ running: [Turn], lease: Duration = Self.lease) async throws {
        try await base.store.renewTurns(Set(running.map(\.id)), of: worker, lease: lease)
    }

    func finish(
        _ turn: Turn,
        reply: String?,
        meta: JSONObject? = nil,
        as worker: WorkerID? = nil,
        callback: NewCallback? = nil,
        at date: Timestamp = .now
    ) async throws {
        let end = TurnEnd(
            reply: try reply.map(Self.content),
            meta: meta,
            answer: Self.answer,
            callback: callback,
            date: date
        )
        try await base.store.finish(turn.id, as: worker ?? self.worker, with: end)
    }

    /// Has a callback made.
    func callBack() async throws {
        try await accept("1", in: "s")
        for turn in try await begin() { try await finish(turn, reply: "reply", callback: Self.callback) }
    }

    func take(lease: Duration = Self.lease) async throws -> [Callback] {
        try await base.store.takeCallbacks(limit: 9, lease: lease)
    }

    /// What the messages of a session say.
    func contents(of session: String) async throws -> [String] {
        var texts: [String] = []
        _ = try await base.store.readMessages(
            of: SessionReference(session),
            in: base.account,
            page: PageRequest(.first, size: 1_000)
        ) { row in
            texts.append(row.content.text)
        }
        return texts.map { String($0.dropFirst(12).dropLast(2)) }
    }

    private static func content(_ text: String) throws -> JSONObject {
        try JSONObject(#"{"content":"\#(text)"}"#)
    }
}
