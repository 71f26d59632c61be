/// What gives the replies.
package struct Model: Sendable {
    /// The name of the model that answers with what the user said: for development and tests.
    package static let echo = "echo"

    /// The name of the model of assistants that have none of their own; empty where none is configured.
    package let name: String
    private let server: ModelServer?

    package init(name: String, server: ModelServer?) {
        self.name = name
        self.server = server
    }

    /// - Parameters:
    ///   - model: the assistant's own; empty where it has none.
    ///   - metrics: count the requests to the model's server, and a missing model.
    /// - Throws: `ModelFailure`, `CancellationError`.
    func reply(to prompt: Prompt, from model: String, metrics: ModelMetrics) async throws -> Reply {
        let name = model.isEmpty ? name : model
        if name == Self.echo { return try Reply(Completion(text: prompt.messages.last?.text ?? "")) }
        guard let server, !name.isEmpty else {
            let failure = ModelFailure(
                .notConfigured,
                reason: "No model is configured: start the server with --model-url and --model, or with --model echo"
            )
            metrics.count(failure)
            throw failure
        }
        return try await server.complete(prompt, model: name, metrics: metrics)
    }
}

/// Why a model gave no reply.
struct ModelFailure: Error, Equatable {
    /// For metrics.
    enum Kind: String, CaseIterable {
        /// The server refused the key.
        case credentials
        /// The server could not be reached, or broke the connection.
        case connection
        /// The response was too large, or not a chat completion.
        case invalidResponse = "invalid_response"
        /// The completion has no text.
        case noText = "no_text"
        case notConfigured = "not_configured"
        /// The server refused the request, and would refuse it again.
        case rejected
        case timeout
        /// The server was overloaded or failed; the same request may succeed later.
        case unavailable
    }

    let kind: Kind
    /// For the caller: may have the server's words, but neither its key nor where it is.
    let reason: String
    /// For the log.
    let detail: String

    init(_ kind: Kind, reason: String, detail: String = "") {
        self.kind = kind
        self.reason = reason
        self.detail = detail
    }
}
