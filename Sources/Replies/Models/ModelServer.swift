import AsyncHTTPClient
import Foundation
package import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
package import Secrets

/// A server with the chat-completions API: llama.cpp, vLLM, Ollama, LiteLLM, or a hosted one.
package struct ModelServer: Sendable {
    /// Of a response, in bytes, also of one that is compressed.
    private static let maximumResponseLength = 4 << 20
    private static let maximumAttempts = 4

    /// One for all, and never shut down: it ends with the process.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // How many are asked at once is for others to say, and when to try again is said here.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 10_000
        configuration.connectionPool.retryConnectionEstablishment = false
        // Some servers compress although nobody asked for it.
        configuration.decompression = .enabled(limit: .size(maximumResponseLength))
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    private let url: String
    private let key: Secret?
    private let timeout: Duration
    private let keepsReasoning: Bool
    private let words: ServerWords
    private let logger: Logger

    /// - Parameters:
    ///   - baseURL: with the version: `http://127.0.0.1:11434/v1`.
    ///   - key: what the server knows its users by, if it does.
    ///   - timeout: how long a reply may take, with every retry.
    ///   - keepsReasoning: whether a reply's `meta` has what the model thought before it replied.
    /// - Returns: `nil` if `baseURL` is not the URL of a server, as `URL.init(ofServer:)` defines it.
    package init?(baseURL: String, key: Secret?, timeout: Duration, keepsReasoning: Bool = false, logger: Logger) {
        guard let host = URL(ofServer: baseURL)?.host else { return nil }
        url = (baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL) + "/chat/completions"
        self.key = key
        self.timeout = timeout
        self.keepsReasoning = keepsReasoning
        words = ServerWords(key: key, host: host)
        self.logger = logger
    }

    /// The model's reply. Asks again where the server is too busy, fails, or breaks the connection.
    /// - Throws: `ModelFailure`, `CancellationError`.
    func complete(_ prompt: Prompt, model: String, metrics: ModelMetrics) async throws -> Reply {
        let body = try ByteBuffer(bytes: ChatCompletion.Request(prompt, model: model).json())
        do {
            // The client's own deadline ends with the head of the response.
            return try await withTimeout(timeout) { try await askUntilAnswered(body, metrics) }
        } catch is TimedOut {
            let failure = ModelFailure(
                .timeout,
                reason: "The model did not answer within \(timeout.components.seconds) s"
            )
            metrics.count(failure)
            throw failure
        }
    }

    private func askUntilAnswered(_ body: ByteBuffer, _ metrics: ModelMetrics) async throws -> Reply {
        let end = ContinuousClock.now + timeout
        var attempt = 1
        while true {
            do {
                return try await measuredAnswer(to: body, metrics)
            } catch let failure as Transient {
                let wait = failure.retryAfter ?? .milliseconds(Int64.random(in: 250...500) << Int64(attempt))
                guard attempt < Self.maximumAttempts, .now + wait < end else { throw failure.failure }
                logger.info(
                    "Retrying the request to the model: \(failure.failure.reason)",
                    metadata: ["attempt": .stringConvertible(attempt)]
                )
                try await Task.sleep(for: wait)
                attempt += 1
            }
        }
    }

    /// A failure that may be over soon.
    private struct Transient: Error {
        let failure: ModelFailure
        /// When the server wants to be asked again, where it says so.
        var retryAfter: Duration?
    }

    /// Asks once. A request that takes too long is counted where its time ends.
    private func measuredAnswer(to body: ByteBuffer, _ metrics: ModelMetrics) async throws -> Reply {
        let start = ContinuousClock.now
        defer { metrics.record(start.duration(to: .now)) }
        do {
            let completion = try await ask(body)
            metrics.countTokens(of: completion.usage)
            return try Reply(completion, keepsReasoning: keepsReasoning)
        } catch let error as Transient {
            metrics.count(error.failure)
            throw error
        } catch let failure as ModelFailure {
            metrics.count(failure)
            throw failure
        }
    }

    private func ask(_ body: ByteBuffer) async throws -> Completion {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Accept", value: "application/json")
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key.text)") }
        request.body = .bytes(body)
        let response: HTTPClientResponse
        let answer: ByteBuffer
        do {
            response = try await Self.client.execute(request, timeout: TimeAmount(timeout))
            answer = try await response.body.collect(upTo: Self.maximumResponseLength)
        } catch  where Self.isOfTooManyBytes(error) {
            throw ModelFailure(
                .invalidResponse,
                reason: "The model's server answered with more than \(Self.maximumResponseLength) bytes"
            )
        } catch {
            throw failure(error)
        }
        let json = LenientJSON.repaired(answer.readableBytesView)
        guard response.status == .ok else { throw refusal(response, ServerError(body: json)) }
        let completion = try? JSONDecoder().decode(Completion.self, from: json)
        if completion?.text.isBlank ?? true, let error = completion.map(\.error) ?? ServerError(body: json) {
            throw refusal(response, error)
        }
        guard let completion else {
            throw ModelFailure(
                .invalidResponse,
                reason: "The model's server answered with something else than a chat completion",
                detail: words.forLog(response.headers.first(name: "Content-Type") ?? "")
            )
        }
        return completion
    }

    private static func isOfTooManyBytes(_ error: any Error) -> Bool {
        error is NIOTooManyBytesError || error as? NIOHTTPDecompression.DecompressionError == .limit
    }

    /// What an error of the connection means.
    private func failure(_ error: any Error) -> any Error {
        switch error {
        case is CancellationError: error
        case let error as HTTPClientError where error == .cancelled: CancellationError()
        case let error as HTTPClientError where error == .deadlineExceeded: TimedOut()
        default:
            Transient(
                failure: ModelFailure(
                    .connection,
                    reason: "The model's server cannot be reached, or broke the connection",
                    detail: "\(error)"
                )
            )
        }
    }

    /// What a response without a completion means.
    /// - Parameter error: what it says, if anything.
    private func refusal(_ response: HTTPClientResponse, _ error: ServerError?) -> any Error {
        let code = Int(response.status.code)
        let what = code == 200 ? "an error" : "status \(code)"
        let said = words.forCallers(error?.message ?? "")
        let isAboutCredentials = HTTPStatus.isAboutCredentials(code) || error?.isAboutCredentials == true
        let isTransient = code == 200 ? error?.isTransient == true : HTTPStatus.isTransient(code)
        let why =
            if isAboutCredentials {
                ": it does not accept the key that this server has for it"
            } else {
                said.isEmpty ? "" : ": \(said)"
            }
        let failure = ModelFailure(
            isTransient ? .unavailable : isAboutCredentials ? .credentials : .rejected,
            reason: "The model's server answered with \(what)\(why)",
            detail: words.forLog(error?.message ?? "")
        )
        guard isTransient else { return failure }
        return Transient(failure: failure, retryAfter: RetryAfter.delay(response.headers))
    }
}
