import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Replies
import UnderstudyServer

struct HealthCommand: AsyncParsableCommand {
    /// How long the server may take to respond, in seconds.
    private static let patience: Int64 = 5

    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask a running server whether it is healthy.",
        discussion: """
            Requests GET /health. Exit code 0 if the server responds with status 200, else 1. Without --url, asks the server of this machine, \
            on the port and with the protocol that the environment and the configuration file set for it.

            Example:
              understudy health --url https://transcripts.example.com
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "The server's base URL. Default: http://127.0.0.1:8080.")
    var url: String?

    func run() async throws {
        if let url, URL(ofServer: url) == nil {
            throw UsageError("--url must be an http or https URL, like http://127.0.0.1:8080.")
        }
        let base = try url.map { $0.last == "/" ? String($0.dropLast()) : $0 } ?? localURL(Settings(common))
        // It may hold a password.
        let name = Setting.withoutSecrets(base)
        var configuration = HTTPClient.Configuration()
        // The first refusal counts.
        configuration.connectionPool.retryConnectionEstablishment = false
        if url == nil {
            // The certificate is for the server's public name, and a connection to this machine cannot be intercepted.
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.certificateVerification = .none
            configuration.tlsConfiguration = tls
        }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<(HTTPResponseStatus, ByteBuffer), any Error>
        do {
            let response = try await client.execute(
                HTTPClientRequest(url: base + "/health"),
                deadline: .now() + .seconds(Self.patience)
            )
            result = .success((response.status, try await response.body.collect(upTo: 1 << 16)))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        switch result {
        case .success((.ok, let body)): print(LineLogHandler.escaped(String(buffer: body)))
        case .success((let status, _)):
            throw CommandError("The server at \(name) responded with status \(status.code).")
        case .failure(let error): throw CommandError("The server at \(name) does not respond: \(reason(error)).")
        }
    }

    private func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { reason($0.error) } ?? "the host name has no address"
        case let error as IOError: SystemError.reason(error.errnoCode)
        case is BoringSSLError, is NIOSSLError, is NIOSSLExtraError: "TLS failed, or the server does not speak TLS"
        case let error as HTTPClientError where [.connectTimeout, .readTimeout, .deadlineExceeded].contains(error):
            "it took longer than \(Self.patience) seconds"
        case let error as HTTPClientError where error == .remoteConnectionClosed: "it closed the connection"
        case is HTTPClientError: "the URL cannot be requested"
        default: "its response is not HTTP"
        }
    }

    /// Where `understudy serve` listens with the same settings.
    private func localURL(_ settings: Settings) throws -> String {
        let address = try ServeOptions.address(settings)
        guard address.port != 0 else {
            let name = settings.value(of: .port)?.name ?? ""
            throw UsageError("\(name) is 0, so the server has chosen its port itself. Name the server with --url.")
        }
        let host =
            switch address.host {
            case "0.0.0.0": "127.0.0.1"
            case "::": "[::1]"
            default: address.host.contains(":") ? "[\(address.host)]" : address.host
            }
        let scheme = settings.text(.tlsCertificate) == nil ? "http" : "https"
        return "\(scheme)://\(host):\(address.port)"
    }
}
