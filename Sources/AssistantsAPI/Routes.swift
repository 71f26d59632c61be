import AssistantsStore
import HTTPTypes
import Hummingbird

/// The whole URL surface.
struct Routes: Sendable {
    let health: HealthResource
    let openAPI: OpenAPIResource
    let assistants: AssistantsResource
    let assistantMessages: AssistantMessagesResource
    let sessions: SessionsResource
    let messages: MessagesResource

    /// What is done at a place, by method; the places are those of `Route`.
    func operations(at route: Route) -> Operations {
        switch route {
        case .health:
            Operations([.get: .forAnyone(health.fetch)])
        case .readiness:
            Operations([.get: .forAnyone(health.fetchReadiness)])
        case .openAPI:
            Operations([.get: .forAnyone(openAPI.fetch)])
        case .assistants:
            Operations([.get: .forAccounts(assistants.list), .post: .forAccounts(assistants.create)])
        case .assistant(let id):
            Operations([
                .get: .forAccounts { try await assistants.fetch(id, $0, $1) },
                .put: .forAccounts { try await assistants.update(id, $0, $1) },
                .delete: .forAccounts { try await assistants.delete(id, $0, $1) },
            ])
        case .send(let assistant):
            Operations([.post: .forAccounts { try await assistantMessages.send(to: assistant, $0, $1) }])
        case .sessions:
            Operations([.get: .forAccounts(sessions.list)])
        case .session(let session):
            Operations([
                .get: .forAccounts { try await sessions.fetch(session, $0, $1) },
                .delete: .forAccounts { try await sessions.delete(session, $0, $1) },
            ])
        case .messages(let session):
            Operations([
                .get: .forAccounts { try await messages.list(of: session, $0, $1) },
                .post: .forAccounts { try await messages.append(to: session, $0, $1) },
            ])
        case .message(let id, let session):
            Operations([
                .get: .forAccounts { try await messages.fetch(id, of: session, $0, $1) },
                .put: .forAccounts { try await messages.update(id, of: session, $0, $1) },
                .delete: .forAccounts { try await messages.delete(id, of: session, $0, $1) },
            ])
        }
    }
}
