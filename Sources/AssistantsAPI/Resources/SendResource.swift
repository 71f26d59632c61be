import AssistantsStore
import Hummingbird
import Replies

/// Messages to an assistant.
struct SendResource: Sendable {
    let turns: TurnRunner
    let callbacks: CallbackSender
    let requests: RequestsInFlight

    /// `POST /v1/Assistants/{id}/Messages`: answered with the reply or, with a webhook, at once.
    func send(to assistant: AssistantID, _ call: Call, _ account: AccountSID) async throws -> Response {
        let body = try SendBody(json: call.body, webhook: callbacks.url)
        let request = try IdempotencyKey.request(of: call)
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
            return switch try await turns.take(turn, in: account, once: request) {
            case .done(let answer): Response(answer)
            case .replayed(let answer): Response(replaying: answer)
            }
        }
        let once = request.map { request in
            Once<SessionID>(request) { SendRepresentation.accepted($0, in: account) }
        }
        return switch try await requests.count({ try await turns.take(turn, in: account, once: once) }) {
        case .done(let session): Response(SendRepresentation.accepted(session, in: account))
        case .replayed(let answer): Response(replaying: answer)
        }
    }

    /// A session's id is its name, behind the prefix of the way that it came. A name with a prefix is an id.
    private static func session(named name: SessionID?, hasWebhook: Bool) -> SessionReference {
        let name = name?.text ?? "aia_sess_\(UUIDv7())"
        return SessionReference(hasWebhook ? SessionID.webhook(name) : name)
    }
}
