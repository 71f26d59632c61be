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

    /// - Parameter model: the assistant's own; empty where it has none.
    /// - Throws: `ModelFailure`, `CancellationError`.
    func reply(to prompt: Prompt, from model: String) async throws -> Reply {
        let name = model.isEmpty ? name : model
        if name == Self.echo { return try Reply(Completion(text: prompt.messages.last?.text ?? "")) }
        guard let server, !name.isEmpty else {
            throw ModelFailure(
                reason: "No model is configured: start the server with --model-url and --model, or with --model echo"
            )
        }
        return try await server.complete(prompt, model: name)
    }
}

/// Why a model gave no reply.
struct ModelFailure: Error, Equatable {
    /// For the caller: may have the server's words, but neither its key nor where it is.
    let reason: String
    /// For the log.
    var detail = ""
}
