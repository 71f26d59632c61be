import AssistantsStore
import HTTPTransport
import NIOCore
import NIOHTTP1
import Secrets

extension AssistantID: PathParameter {}

/// The assistants of an account.
struct AssistantsResource: Sendable {
    let store: any Store
    let tokens: PageTokens
    let sealingKey: Result<SealingKey, any Error>
    /// The name of the model that assistants without one of their own have; may be empty.
    let model: String

    /// `GET /v1/Assistants`: a page, in order of creation.
    func list(_ request: APIRequest, _ caller: Caller) async throws -> Response {
        let overhead = AssistantRepresentation.overhead(defaultModel: model, baseURL: request.baseURL)
        let listing = try Listing<AssistantCursor>(
            PageQuery(request.target.query, of: .assistants),
            of: caller.account,
            budget: ListRepresentation.budget(overhead: overhead),
            tokens: tokens
        )
        let assistants = try await store.assistants(of: caller.account, page: listing.page)
        var page = ListRepresentation(key: "assistants", capacity: 1_024 * (assistants.items.count + 1))
        for assistant in assistants.items {
            page.append { representation(of: assistant, at: request).write(to: &$0) }
        }
        return Response(
            json: page.finish(
                links: listing.links(
                    to: request.path,
                    at: request.baseURL,
                    neighbors: assistants.neighbors,
                    tokens: tokens
                )
            )
        )
    }

    /// `POST /v1/Assistants`.
    func create(_ request: APIRequest, _ caller: Caller) async throws -> Response {
        let body = try AssistantBody(json: request.body, sealingKey: sealingKey)
        guard let name = body.name else { throw APIError.badRequest("The body has no \"name\"") }
        var details = AssistantDetails(name: name)
        body.change(&details)
        let assistant = Assistant(details, in: caller.account)
        try await store.create(assistant)
        return Response(status: .created, json: representation(of: assistant, at: request).json())
    }

    /// `GET /v1/Assistants/{id}`.
    func fetch(_ id: AssistantID, _ request: APIRequest, _ caller: Caller) async throws -> Response {
        let assistant = try await store.assistant(id, in: caller.account)
        let tools = try await store.items(
            ToolAttachment.self,
            attachedTo: id,
            in: caller.account,
            page: PageRequest(.first, size: ToolAttachment.maximumCount, budget: PageBudget(bytes: .max))
        )
        return Response(json: representation(of: assistant, at: request).json(tools: tools.items))
    }

    /// `PUT /v1/Assistants/{id}`: what is absent or `null` stays as it is.
    func update(_ id: AssistantID, _ request: APIRequest, _ caller: Caller) async throws -> Response {
        let body = try AssistantBody(changes: request.body, sealingKey: sealingKey)
        let assistant = try await store.update(id, in: caller.account, at: .now, body.change)
        return Response(json: representation(of: assistant, at: request).json())
    }

    /// `DELETE /v1/Assistants/{id}`: its transcripts stay.
    func delete(_ id: AssistantID, _ request: APIRequest, _ caller: Caller) async throws -> Response {
        try await store.delete(id, in: caller.account)
        return Response(status: .noContent)
    }

    private func representation(of assistant: Assistant, at request: APIRequest) -> AssistantRepresentation {
        AssistantRepresentation(assistant: assistant, defaultModel: model, baseURL: request.baseURL)
    }
}
