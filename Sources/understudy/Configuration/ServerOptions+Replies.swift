import ArgumentParser
import AssistantsAPI
import Logging
import Replies
import Secrets
import UnderstudyServer

/// What may be allowed to connect to private addresses.
enum PrivateDestination: String, CaseIterable {
    case webhooks
}

extension ServerOptions {
    /// In seconds: how long a reply may take, unless that is set.
    static let modelTimeout = 60

    /// Reads and checks what `serve` was told of models, turns, and callbacks.
    mutating func readReplies(from settings: Settings, logger: Logger) throws {
        model = try Self.model(settings, logger)
        turns.maximumCallers = api.maximumRequests
        turns.maximumWaiting = try settings.integer(.maximumWaitingTurns, in: 0...10_000) ?? turns.maximumWaiting
        turns.maximumRunning =
            try settings.integer(.maximumConcurrentTurns, in: 1...10_000) ?? turns.maximumRunning
        turns.historyLimit = try settings.integer(.historyLimit, in: 0...(1 << 30)) ?? turns.historyLimit
        if let seconds = try settings.integer(.webhookRetryTime, in: 0...(1 << 30)) {
            callbacks.retryTime = .seconds(seconds)
        }
        let allowed = try settings.names(.allowPrivate, of: PrivateDestination.self)
        callbacks.addresses = CallbackAddresses(allowsPrivate: allowed.contains(.webhooks))
    }

    private static func model(_ settings: Settings, _ logger: Logger) throws -> Model {
        let name = settings.text(.model) ?? ""
        let timeout = Duration.seconds(try settings.integer(.modelTimeout, in: 1...86_400) ?? Self.modelTimeout)
        let keepsReasoning = try settings.flag(.keepReasoning)
        var key = settings.text(.modelKey)
        if let path = settings.text(.modelKeyFile) { key = try SecretFile.read(path, what: "model key") }
        guard key.map(isHeaderText) ?? true else { throw UsageError("model-key must be one line of ASCII text") }
        let server = try settings.value(
            .modelURL,
            allowed:
                "an http or https URL without query, with a port from 1 to 65535 and its host name in ASCII (Punycode, xn--…)"
        ) { url in
            ModelServer(
                baseURL: url,
                key: key.map(Secret.init),
                timeout: timeout,
                keepsReasoning: keepsReasoning,
                logger: logger
            )
        }
        guard server != nil || name.isEmpty || name == Model.echo else {
            throw UsageError("--model-url is missing: it says where the model \(name) is; only echo needs none")
        }
        guard server == nil || !name.isEmpty else {
            throw UsageError("--model is missing: it says which model of --model-url replies")
        }
        return Model(name: name, server: server)
    }

    private static func isHeaderText(_ key: String) -> Bool {
        !key.isEmpty && key.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
