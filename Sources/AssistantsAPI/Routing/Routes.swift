import AssistantsStore
import HTTPTypes
import Hummingbird
import PrometheusMetrics
import Replies
import Secrets
import TextEncodings

/// The whole URL surface: for each path, what its methods do, and who may call them. `OpenAPI/openapi.json` describes it.
enum Routes {
    /// If several rows match a path, the last one wins, so the more specific ones come last.
    static let all: [Route] = [
        Route("/health", [.get: .forAnyone { $0.health.fetch }]),
        Route("/ready", [.get: .forAnyone { $0.health.fetchReadiness }]),
        Route("/openapi.json", [.get: .forAnyone { $0.openAPI.fetch }]),
        Route(
            "/v1/Assistants",
            [.get: .forAccounts { $0.assistants.list }, .post: .forAccounts { $0.assistants.create }]
        ),
        Route(
            "/v1/Assistants/{id}",
            [
                .get: .forAccounts { $0.assistants.fetch },
                .put: .forAccounts { $0.assistants.update },
                .delete: .forAccounts { $0.assistants.delete },
            ]
        ),
        Route(
            "/v1/Assistants/{id}/Messages",
            [.post: .forAccounts { $0.assistantMessages.send }],
            waitsForOthers: true
        ),
        Route("/v1/Sessions", [.get: .forAccounts { $0.sessions.list }]),
        Route(
            "/v1/Sessions/{id}",
            [.get: .forAccounts { $0.sessions.fetch }, .delete: .forAccounts { $0.sessions.delete }]
        ),
        Route(
            "/v1/Sessions/{sessionId}/Messages",
            [.get: .forAccounts { $0.messages.list }, .post: .forAccounts { $0.messages.append }]
        ),
        Route(
            "/v1/Sessions/{sessionId}/Messages/{id}",
            [
                .get: .forAccounts { $0.messages.fetch },
                .put: .forAccounts { $0.messages.update },
                .delete: .forAccounts { $0.messages.delete },
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

    /// - Parameters: as of `AssistantsResponder`.
    init(
        store: any Store,
        tokens: PageTokens,
        sealingKey: Result<SealingKey, any Error>,
        model: Model,
        turns: TurnRunner,
        callbacks: CallbackSender,
        requests: RequestsInFlight,
        readiness: Readiness,
        options: APIOptions,
        metrics: MetricsRegistry
    ) {
        health = HealthResource(store: store, readiness: readiness)
        assistants = AssistantsResource(store: store, tokens: tokens, sealingKey: sealingKey, model: model.name)
        assistantMessages = AssistantMessagesResource(turns: turns, callbacks: callbacks, requests: requests)
        sessions = SessionsResource(store: store, tokens: tokens)
        messages = MessagesResource(store: store, tokens: tokens, cacheSize: options.pageCacheSize, metrics: metrics)
    }
}
