import AssistantsStore
import Hummingbird
import NIOCore

/// The messages of a session.
struct MessagesResource: Sendable {
    let store: any Store
    let tokens: PageTokens
    private let usualLength = UsualLength()

    init(store: any Store, tokens: PageTokens) {
        self.store = store
        self.tokens = tokens
    }

    /// `GET /v1/Sessions/{sessionId}/Messages`: a page, oldest first.
    func list(of session: SessionReference, _ call: Call, _ account: AccountSID) async throws -> Response {
        let query = try PageQuery(call.target.query)
        let place: PageRequest<MessageCursor>.Place = try query.place(in: account, tokens)
        var page = ListRepresentation(key: "messages", capacity: usualLength.capacity(for: query.size))
        let neighbors = try await store.readMessages(
            of: session,
            in: account,
            page: PageRequest(place, size: query.size)
        ) { message in
            page.append { MessageRepresentation.write(message, of: account, to: &$0) }
        }
        usualLength.note(page.length, of: page.count)
        return page.response(
            links: PageLinks(query, at: call, neighbors: neighbors, tokens: tokens, account: account)
        )
    }

    /// `POST /v1/Sessions/{sessionId}/Messages`: one message, or several, all or nothing.
    func append(to session: SessionReference, _ call: Call, _ account: AccountSID) async throws -> Response {
        let json = try await RequestBody.read(call.request)
        let body = try AppendBody(json: json)
        let once = try IdempotencyKey.request(of: call, body: json).map { request in
            Once(request) { messages in
                StoredAnswer(
                    status: 201,
                    body: Array(Self.json(of: messages, in: account, isList: body.isList).readableBytesView)
                )
            }
        }
        let result = try await store.append(
            body.drafts,
            to: session,
            in: account,
            defaults: MessageDefaults(assistantName: "Appended transcripts"),
            once: once
        )
        return switch result {
        case .done(let messages):
            Response(status: .created, json: Self.json(of: messages, in: account, isList: body.isList))
        case .replayed(let answer):
            Response(replaying: answer)
        }
    }

    /// What was appended, in the form in which it came: a list, or one message.
    private static func json(of messages: [Message], in account: AccountSID, isList: Bool) -> ByteBuffer {
        guard isList else {
            var json = ByteBuffer()
            for message in messages { MessageRepresentation.write(message, of: account, to: &json) }
            return json
        }
        var list = ListRepresentation(key: "messages", capacity: 1_024)
        for message in messages {
            list.append { MessageRepresentation.write(message, of: account, to: &$0) }
        }
        return list.finish()
    }
}
