import ArgumentParser
import AssistantsAPI
import Logging
import Replies
import Secrets
import UnderstudyServer

/// What may be allowed to connect to private addresses.
private enum PrivateDestination: String, CaseIterable {
    case webhooks
}

extension ServerOptions {
    /// Reads and checks what `serve` was told of models, turns, and callbacks.
    mutating func readReplies(from settings: Settings, logger: Logger) async throws {
        model = try await Self.model(settings, logger)
        turns.maximumCallers = api.maximumRequests
        turns.maximumWaiting = try await settings.integer("max-waiting-turns", in: 0...10_000) ?? turns.maximumWaiting
        turns.maximumRunning =
            try await settings.integer("max-concurrent-turns", in: 1...10_000) ?? turns.maximumRunning
        turns.historyLimit = try await settings.integer("history-limit", in: 0...(1 << 30)) ?? turns.historyLimit
        if let seconds = try await settings.integer("callback-retry-time", in: 0...(1 << 30)) {
            callbacks.retryTime = .seconds(seconds)
        }
        let allowed = try await settings.names("allow-private", of: PrivateDestination.self)
        let allowsCallbacks = try await settings.flag("allow-private-callbacks")
        callbacks.addresses = CallbackAddresses(allowsPrivate: allowsCallbacks || allowed.contains(.webhooks))
    }

    private static func model(_ settings: Settings, _ logger: Logger) async throws -> Model {
        let name = try await settings.text("model") ?? ""
        let timeout = Duration.seconds(try await settings.integer("model-timeout", in: 1...86_400) ?? 60)
        let keepsReasoning = try await settings.flag("keep-reasoning")
        var key = try await settings.text("model-key")
        if let path = try await settings.text("model-key-file") { key = try SecretFile.read(path, what: "model key") }
        guard key.map(isHeaderText) ?? true else { throw ValidationError("model-key must be one line of ASCII text") }
        let server = try await settings.value("model-url", allowed: "an http or https URL without query") { url in
            ModelServer(
                baseURL: url,
                key: key.map(Secret.init),
                timeout: timeout,
                keepsReasoning: keepsReasoning,
                logger: logger
            )
        }
        guard server != nil || name.isEmpty || name == Model.echo else {
            throw ValidationError("--model-url is missing: it says where the model \(name) is; only echo needs none")
        }
        guard server == nil || !name.isEmpty else {
            throw ValidationError("--model is missing: it says which model of --model-url replies")
        }
        return Model(name: name, server: server)
    }

    private static func isHeaderText(_ key: String) -> Bool {
        !key.isEmpty && key.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
