import AssistantsStore
import HTTPTransport
import NIOCore
import NIOHTTP1

extension ToolID: PathParameter {}

/// The tools of an account, and which assistants have them.
struct ToolsResource: Sendable {
    let store: any Store
    let tokens: PageTokens

    /// `GET /v1/Tools`: a page, in order of creation; with an `AssistantId`, of those that it has, in the order in which they were attached.
    func list(_ request: APIRequest, _ caller: Caller) async throws -> Response {
        let query = try PageQuery(request.target.query, of: .tools)
        guard case .tools(let assistant) = query.filter else {
            let listing = try listing(query, request, caller, of: ToolCursor.self)
            let page = try await store.list(Tool.self, of: caller.account, owner: nil, page: listing.page)
            return response(page, listing, request)
        }
        return try await list(of: assistant, listing(query, request, caller), request)
    }

    /// `GET /v1/Assistants/{assistantId}/Tools`: a page, in the order in which they were attached.
    func list(of assistant: AssistantID, _ request: APIRequest, _ caller: Caller) async throws -> Response {
        let query = try PageQuery(request.target.query, of: .toolsOfAssistant)
        let listing = try listing(query, request, caller, of: ToolAttachmentCursor.self, scope: assistant.text)
        _ = try await store.assistant(assistant, in: caller.account)
        return try await list(of: assistant, listing, request)
    }

    private func list(
        of assistant: AssistantID,
        _ listing: Listing<ToolAttachmentCursor>,
        _ request: APIRequest
    ) async throws -> Response {
        let page = try await store.items(
            ToolAttachment.self,
            attachedTo: assistant,
            in: listing.account,
            page: listing.page
        )
        return response(page, listing, request)
    }

    private func listing<Cursor: KeysetCursor>(
        _ query: PageQuery,
        _ request: APIRequest,
        _ caller: Caller,
        of type: Cursor.Type = Cursor.self,
        scope: String? = nil
    ) throws(APIError) -> Listing<Cursor> {
        try Listing(
            query,
            of: caller.account,
            scope: scope,
            budget: ListRepresentation.budget(overhead: ToolRepresentation.overhead(baseURL: request.baseURL)),
            tokens: tokens
        )
    }

    private func response<Cursor>(
        _ tools: Page<Tool, Cursor>,
        _ listing: Listing<Cursor>,
        _ request: APIRequest
    ) -> Response {
        var page = ListRepresentation(key: "tools", capacity: 1_024 * (tools.items.count + 1))
        for tool in tools.items {
            page.append { ToolRepresentation(tool: tool, baseURL: request.baseURL).write(to: &$0) }
        }
        let links = listing.links(
            to: request.path,
            at: request.baseURL,
            neighbors: tools.neighbors,
            tokens: tokens
        )
        return Response(json: page.finish(links: links))
    }

    /// `POST /v1/Tools`.
    func create(_ request: APIRequest, _ caller: Caller) async throws -> Response {
        let body = try ToolBody(json: request.body)
        guard let name = body.name else { throw APIError.badRequest("The body has no \"name\"") }
        guard let type = body.type else { throw APIError.badRequest("The body has no \"type\"") }
        guard let isEnabled = body.isEnabled else { throw APIError.badRequest("The body has no \"enabled\"") }
        var details = ToolDetails(name: name, type: type, isEnabled: isEnabled)
        body.change(&details)
        let tool = Tool(details, in: caller.account)
        let json = ToolRepresentation(tool: tool, baseURL: request.baseURL).json()
        let once = try IdempotencyKey.request(of: request).map { key in
            IdempotentWrite<Tool>(key) { _ in StoredAnswer(status: 201, body: Array(json.readableBytesView)) }
        }
        let creation = ToolCreation(tool, attachedTo: body.assistant, policy: body.policy, once: once)
        return switch try await body.naming({ try await store.perform(creation) }) {
        case .done: Response(status: .created, json: json)
        case .replayed(let answer): Response(replaying: answer)
        }
    }

    /// `GET /v1/Tools/{id}`, with its policies.
    func fetch(_ id: ToolID, _ request: APIRequest, _ caller: Caller) async throws -> Response {
        let tool = try await store.fetch(Tool.self, id, in: caller.account)
        let policies = try await store.list(
            Policy.self,
            of: caller.account,
            owner: .tool(id),
            page: PageRequest(.first, size: Policy.maximumCount, budget: PageBudget(bytes: .max))
        )
        let representation = ToolRepresentation(tool: tool, baseURL: request.baseURL)
        return Response(json: representation.json(policies: policies.items))
    }

    /// `PUT /v1/Tools/{id}`: what is absent or `null` stays as it is.
    func update(_ id: ToolID, _ request: APIRequest, _ caller: Caller) async throws -> Response {
        let body = try ToolBody(changes: request.body)
        let update = ToolUpdate(
            of: id,
            in: caller.account,
            at: .now,
            attachingTo: body.assistant,
            policy: body.policy,
            body.change
        )
        let tool = try await body.naming { try await store.perform(update) }
        return Response(json: ToolRepresentation(tool: tool, baseURL: request.baseURL).json())
    }

    /// `DELETE /v1/Tools/{id}`: no assistant has it any more, and its policies go with it. Transcripts stay.
    func delete(_ id: ToolID, _ request: APIRequest, _ caller: Caller) async throws -> Response {
        try await store.delete(Tool.self, id, in: caller.account)
        return Response(status: .noContent)
    }

    /// `POST /v1/Assistants/{assistantId}/Tools/{id}`: repeating it changes nothing.
    func attach(
        to assistant: AssistantID,
        _ id: ToolID,
        _ request: APIRequest,
        _ caller: Caller
    ) async throws -> Response {
        try await setAttached(true, id, to: assistant, caller)
    }

    /// `DELETE /v1/Assistants/{assistantId}/Tools/{id}`: repeating it changes nothing.
    func detach(
        from assistant: AssistantID,
        _ id: ToolID,
        _ request: APIRequest,
        _ caller: Caller
    ) async throws -> Response {
        try await setAttached(false, id, to: assistant, caller)
    }

    private func setAttached(
        _ isAttached: Bool,
        _ id: ToolID,
        to assistant: AssistantID,
        _ caller: Caller
    ) async throws -> Response {
        try await store.perform(
            ToolAttachmentChange(of: id, to: assistant, in: caller.account, isAttached: isAttached, at: .now)
        )
        return Response(status: .noContent)
    }
}

extension ToolBody {
    /// Names what the body asks for and the account does not have.
    fileprivate func naming<Value>(_ work: () async throws -> Value) async throws -> Value {
        do {
            return try await work()
        } catch StoreError.notFound(.row(.assistant)) {
            throw APIError.notFound("assistant", assistant?.text, field: ToolField.assistantID.rawValue)
        } catch StoreError.notFound(.row(.policy)) {
            let id = if case .change(let id, _) = policy { id.text } else { String?.none }
            throw APIError.notFound("policy", id, field: "policy.id")
        }
    }
}
