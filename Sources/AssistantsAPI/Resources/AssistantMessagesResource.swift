import AssistantsStore
import HTTPTransport
import Replies

/// Messages to an assistant.
struct AssistantMessagesResource: Sendable {
    let turns: TurnRunner
    let callbacks: CallbackSender
    let requests: RequestsInFlight

    /// `POST /v1/Assistants/{id}/Messages`: answered with the reply or, with a webhook, at once.
    func send(to assistant: AssistantID, _ request: APIRequest, _ caller: Caller) async throws -> Response {
        let body = try SendBody(json: request.body, webhook: callbacks.url)
        let key = try IdempotencyKey.request(of: request)
        let turn = NewTurn(
            id: .unique(),
            assistantID: assistant,
            session: Self.session(named: body.session, hasWebhook: body.webhook != nil),
            identity: body.identity,
            content: try MessageText.content(ofUser: body.text),
            mode: body.mode,
            webhook: body.webhook?.text
        )
        guard body.webhook != nil else {
            return switch try await turns.submit(turn, in: caller.account, once: key) {
            case .done(let answer): Response(answer)
            case .replayed(let answer): Response(replaying: answer)
            }
        }
        let once = key.map { key in
            IdempotentWrite<SessionID>(key) { SendRepresentation.accepted($0, in: caller.account) }
        }
        return switch try await requests.count({ try await turns.submit(turn, in: caller.account, once: once) }) {
        case .done(let session): Response(SendRepresentation.accepted(session, in: caller.account))
        case .replayed(let answer): Response(replaying: answer)
        }
    }

    /// A session's id is its name, behind the prefix of the way that it came. A name with a prefix is an id.
    private static func session(named name: SessionID?, hasWebhook: Bool) -> SessionReference {
        let name = name?.text ?? "aia_sess_\(UUIDv7())"
        return SessionReference(hasWebhook ? SessionID.webhook(name) : name)
    }
}
