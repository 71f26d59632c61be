import AssistantsStore
import Hummingbird
import NIOCore

/// One message of a session.
struct MessageResource: Sendable {
    let store: any Store

    /// `GET /v1/Sessions/{sessionId}/Messages/{id}`.
    func fetch(
        _ id: MessageID,
        of session: SessionReference,
        _ request: APIRequest,
        _ account: AccountSID
    ) async throws -> Response {
        response(with: try await store.message(id, of: session, in: account), of: account)
    }

    /// `PUT /v1/Sessions/{sessionId}/Messages/{id}`: changes `content`, `meta` or both; the message keeps its place.
    func update(
        _ id: MessageID,
        of session: SessionReference,
        _ request: APIRequest,
        _ account: AccountSID
    ) async throws -> Response {
        let changes = try APIError.naming("The body") { () throws(InvalidObject) in
            let message = try IncomingMessage(json: request.body, allowed: MessageField.changeable)
            guard message.content != nil || message.meta != nil else {
                throw InvalidObject("has nothing to change: give \"content\", \"meta\" or both")
            }
            return MessageChanges(content: message.content, meta: message.meta)
        }
        return response(
            with: try await store.update(id, of: session, in: account, with: changes, at: .now),
            of: account
        )
    }

    /// `DELETE /v1/Sessions/{sessionId}/Messages/{id}`.
    func delete(
        _ id: MessageID,
        of session: SessionReference,
        _ request: APIRequest,
        _ account: AccountSID
    ) async throws -> Response {
        try await store.delete(id, of: session, in: account)
        return Response(status: .noContent)
    }

    private func response(with message: Message, of account: AccountSID) -> Response {
        var json = ByteBuffer()
        MessageRepresentation.write(message, of: account, to: &json)
        json.removeLineBreaks()
        return Response(json: json)
    }
}
