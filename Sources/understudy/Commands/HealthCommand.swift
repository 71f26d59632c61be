import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import UnderstudyServer

struct HealthCommand: AsyncParsableCommand {
    /// How long the server may take to respond.
    private static let patience = TimeAmount.seconds(5)

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
        let settings = try Settings(common)
        let base = try url ?? localURL(settings)
        var configuration = HTTPClient.Configuration()
        configuration.timeout = .init(connect: Self.patience, read: Self.patience)
        // The certificate is for the server's public name, and a connection to this machine cannot be intercepted.
        if url == nil { configuration.tlsConfiguration = .makeClientConfiguration() }
        if url == nil { configuration.tlsConfiguration?.certificateVerification = .none }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let response = try await client.execute(
                HTTPClientRequest(url: base + "/health"),
                deadline: .now() + Self.patience
            )
            let body = try await response.body.collect(upTo: 1 << 16)
            try await client.shutdown()
            print(String(buffer: body))
            guard response.status == .ok else {
                throw CommandError("The server at \(base) responded with status \(response.status.code).")
            }
        } catch let error as CommandError {
            throw error
        } catch {
            try await client.shutdown()
            throw CommandError("The server at \(base) does not respond: \(reason(error)).")
        }
    }

    private func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError where error.connectionErrors.isEmpty: "its host name has no address"
        case let error as NIOConnectionError: error.connectionErrors.first.map { reason($0.error) } ?? ""
        case let error as IOError: SystemError.reason(error.errnoCode)
        case is BoringSSLError, is NIOSSLError: "TLS failed, or it does not speak TLS"
        case let error as HTTPClientError where error == .invalidURL: "this is not the URL of a server"
        case is HTTPClientError: "no response within \(Self.patience.nanoseconds / 1_000_000_000) seconds"
        default: "\(error)"
        }
    }

    /// Where `understudy serve` listens with the same settings.
    private func localURL(_ settings: Settings) throws -> String {
        let address = try ServeOptions(settings).address
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
