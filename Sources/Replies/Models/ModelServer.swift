import AsyncHTTPClient
import Foundation
package import Logging
import NIOCore
import NIOHTTP1
package import Secrets

/// A server with the chat-completions API: llama.cpp, vLLM, Ollama, LiteLLM, or a hosted one.
package struct ModelServer: Sendable {
    /// Of a response, in bytes.
    private static let maximumResponseLength = 4 << 20
    private static let maximumAttempts = 4

    /// One for all, and never shut down: it ends with the process.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // How many are asked at once is for others to say, and when to try again is said here.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 10_000
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    private let url: String
    private let key: Secret?
    private let timeout: Duration
    private let logger: Logger

    /// - Parameters:
    ///   - baseURL: with the version: `http://127.0.0.1:11434/v1`.
    ///   - key: what the server knows its users by, if it does.
    ///   - timeout: how long a reply may take, with every retry.
    /// - Returns: `nil` where `baseURL` is not an `http` or `https` URL.
    package init?(baseURL: String, key: Secret?, timeout: Duration, logger: Logger) {
        guard let parsed = URL(string: baseURL), let scheme = parsed.scheme?.lowercased(),
            ["http", "https"].contains(scheme), parsed.host?.isEmpty == false, parsed.query == nil,
            parsed.fragment == nil
        else { return nil }
        url = (baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL) + "/chat/completions"
        self.key = key
        self.timeout = timeout
        self.logger = logger
    }

    /// The model's reply. Asks again where the server is too busy, fails, or breaks the connection.
    /// - Throws: `ModelFailure`, `CancellationError`.
    func complete(_ prompt: Prompt, model: String) async throws -> String {
        let body = try ByteBuffer(bytes: ChatCompletion.Request(prompt, model: model).json())
        do {
            // The client's own deadline ends with the head of the response.
            return try await withTimeout(timeout) { try await askUntilAnswered(body) }
        } catch is TimedOut {
            throw ModelFailure(reason: "The model did not answer within \(timeout.components.seconds) s")
        }
    }

    private func askUntilAnswered(_ body: ByteBuffer) async throws -> String {
        let end = ContinuousClock.now + timeout
        var attempt = 1
        while true {
            do {
                return try await ask(body)
            } catch let failure as Transient {
                let wait = failure.retryAfter ?? .milliseconds(Int64.random(in: 250...500) << Int64(attempt))
                guard attempt < Self.maximumAttempts, .now + wait < end else { throw failure.failure }
                logger.info("asking the model again: \(failure.failure.reason)", metadata: ["attempt": "\(attempt)"])
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

    private func ask(_ body: ByteBuffer) async throws -> String {
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
        } catch is NIOTooManyBytesError {
            throw ModelFailure(reason: "The model's server answered with more than \(Self.maximumResponseLength) bytes")
        } catch {
            throw failure(error)
        }
        guard response.status == .ok else { throw refusal(response, answer) }
        guard
            let completion = try? JSONDecoder().decode(
                ChatCompletion.Response.self,
                from: Data(answer.readableBytesView)
            )
        else {
            throw ModelFailure(
                reason: "The model's server answered with something else than a chat completion",
                detail: detail(response.headers.first(name: "Content-Type"))
            )
        }
        guard let text = completion.choices.first?.message.content, !text.isEmpty else {
            throw ModelFailure(reason: "The model gave no text")
        }
        return text
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
                    reason: "The model's server cannot be reached, or broke the connection",
                    detail: "\(error)"
                )
            )
        }
    }

    /// What a status other than 200 means.
    private func refusal(_ response: HTTPClientResponse, _ answer: ByteBuffer) -> any Error {
        let code = response.status.code
        let failure = ModelFailure(
            reason: "The model's server answered with status \(code)",
            detail: explanation(answer)
        )
        guard code == 408 || code == 429 || code >= 500 else { return failure }
        let seconds = response.headers.first(name: "Retry-After").flatMap { Int($0) }
        return Transient(failure: failure, retryAfter: seconds.map { .seconds(max($0, 0)) })
    }

    /// What the server says of an error.
    private func explanation(_ answer: ByteBuffer) -> String {
        let body = try? JSONDecoder().decode(ChatCompletion.ErrorResponse.self, from: Data(answer.readableBytesView))
        return detail(body?.error.message)
    }

    /// What the server says, for the log: without the key, should it repeat that, and not at any length.
    private func detail(_ text: String?) -> String {
        let text = text ?? ""
        return String((key.map { text.replacing($0.text, with: "(secret)") } ?? text).prefix(500))
    }
}
