import AssistantsStore
import HTTPTransport
import NIOHTTP1
import PrometheusMetrics
import Replies
import Secrets
import TextEncodings

/// The whole URL surface: for each path, what its methods do, and who may call them. `OpenAPI/openapi.json` describes it.
enum Routes {
    /// If several rows match a path, the last one wins, so the more specific ones come last.
    static let all: [Route] = [
        Route("/health", [.GET: .forAnyone { $0.health.fetch }]),
        Route("/ready", [.GET: .forAnyone { $0.health.fetchReadiness }]),
        Route("/openapi.json", [.GET: .forAnyone { $0.openAPI.fetch }]),
        Route(
            "/v1/Assistants",
            [.GET: .forAccounts { $0.assistants.list }, .POST: .forAccounts { $0.assistants.create }]
        ),
        Route(
            "/v1/Assistants/{id}",
            [
                .GET: .forAccounts { $0.assistants.fetch },
                .PUT: .forAccounts { $0.assistants.update },
                .DELETE: .forAccounts { $0.assistants.delete },
            ]
        ),
        Route(
            "/v1/Assistants/{id}/Messages",
            [.POST: .forAccounts { $0.assistantMessages.send }],
            waitsForOthers: true
        ),
        Route("/v1/Assistants/{assistantId}/Tools", [.GET: .forAccounts { $0.tools.list(of:_:_:) }]),
        Route(
            "/v1/Assistants/{assistantId}/Tools/{id}",
            [.POST: .forAccounts { $0.tools.attach }, .DELETE: .forAccounts { $0.tools.detach }]
        ),
        Route("/v1/Messages", [.GET: .forAccounts { $0.search.list }]),
        Route("/v1/Policies", [.GET: .forAccounts { $0.policies.list }]),
        Route("/v1/Sessions", [.GET: .forAccounts { $0.sessions.list }]),
        Route(
            "/v1/Sessions/{id}",
            [.GET: .forAccounts { $0.sessions.fetch }, .DELETE: .forAccounts { $0.sessions.delete }]
        ),
        Route(
            "/v1/Sessions/{sessionId}/Messages",
            [.GET: .forAccounts { $0.messages.list }, .POST: .forAccounts { $0.messages.append }]
        ),
        Route(
            "/v1/Sessions/{sessionId}/Messages/{id}",
            [
                .GET: .forAccounts { $0.messages.fetch },
                .PUT: .forAccounts { $0.messages.update },
                .DELETE: .forAccounts { $0.messages.delete },
            ]
        ),
        Route("/v1/Tools", [.GET: .forAccounts { $0.tools.list(_:_:) }, .POST: .forAccounts { $0.tools.create }]),
        Route(
            "/v1/Tools/{id}",
            [
                .GET: .forAccounts { $0.tools.fetch },
                .PUT: .forAccounts { $0.tools.update },
                .DELETE: .forAccounts { $0.tools.delete },
            ]
        ),
    ]

    /// Finds the route of a raw path. One slash at its end is ignored.
    /// - Returns: `nil` if no route has such a path.
    static func match(
        _ path: Substring
    ) throws(PercentEncoding.DecodingError) -> (route: Route, parameters: PathParameters)? {
        // A path is well-formed as a whole or not at all, wherever it leads.
        _ = try PercentEncoding.decode(path)
        let path = path.utf8.last == UInt8(ascii: "/") ? Substring(path.utf8.dropLast()) : path
        for route in all.reversed() {
            if let parameters = try route.template.parameters(of: path) { return (route, parameters) }
        }
        return nil
    }
}

/// What the operations of the routes work on.
struct Resources: Sendable {
    let health: HealthResource
    let openAPI = OpenAPIResource()
    let assistants: AssistantsResource
    let assistantMessages: AssistantMessagesResource
    let sessions: SessionsResource
    let messages: MessagesResource
    let search: SearchResource
    let tools: ToolsResource
    let policies: PoliciesResource

    /// - Parameters: as of `AssistantsResponder`.
    init(
        store: any Store,
        tokens: PageTokens,
        tags: PageTags,
        sealingKey: Result<SealingKey, any Error>,
        model: Model,
        turns: TurnRunner,
        callbacks: CallbackSender,
        requests: RequestsInFlight,
        readiness: Readiness,
        options: APIOptions,
        metrics: MetricsRegistry
    ) {
        health = HealthResource(store: store, readiness: readiness, version: options.version)
        assistants = AssistantsResource(store: store, tokens: tokens, sealingKey: sealingKey, model: model.name)
        assistantMessages = AssistantMessagesResource(turns: turns, callbacks: callbacks, requests: requests)
        let scans = FilteredLists(options: options, metrics: metrics)
        sessions = SessionsResource(store: store, tokens: tokens, scans: scans)
        tools = ToolsResource(store: store, tokens: tokens)
        policies = PoliciesResource(store: store, tokens: tokens)
        search = SearchResource(store: store, tokens: tokens, scans: scans)
        messages = MessagesResource(
            store: store,
            tokens: tokens,
            tags: tags,
            scans: scans,
            options: options,
            metrics: metrics
        )
    }
}
