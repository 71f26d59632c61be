import HTTPTransport
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

@testable import Replies

/// A model's server on loopback, which counts what it is asked.
final class TestModelServer: Sendable {
    private let asked = Mutex(0)
    private let reply: @Sendable (_ number: Int) async throws -> String

    /// - Parameter reply: gives the text of the reply to the question of this number, from 1.
    init(reply: @escaping @Sendable (_ number: Int) async throws -> String) {
        self.reply = reply
    }

    var askedCount: Int { asked.withLock(\.self) }

    /// Serves while `body` runs.
    func serve(_ body: (Model) async throws -> Void) async throws {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = try HTTPServer(
            responder: self,
            socket: try BoundSocket(host: "127.0.0.1", port: 0),
            logger: logger,
            onListening: { port.yield($0.port ?? 0) }
        )
        let serving = Task { try await server.run() }
        defer { serving.cancel() }
        for await port in ports {
            let url = "http://127.0.0.1:\(port)"
            try await body(
                Model(name: "m", server: ModelServer(baseURL: url, key: nil, timeout: .seconds(30), logger: logger))
            )
            return
        }
    }

    private func complete() async throws -> Response {
        let number = asked.withLock { count in
            count += 1
            return count
        }
        let text = try await reply(number)
        let json = #"{"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":"\#(text)"}}]}"#
        return Response(status: .ok, headers: ["Content-Type": "application/json"], body: ByteBuffer(string: json))
    }
}

extension TestModelServer: Responder {
    func respond(to request: Request) async -> Response {
        (try? await complete()) ?? Response(status: .internalServerError)
    }

    func response(to refusal: Refusal) -> Response { Response(status: .badRequest) }
}
