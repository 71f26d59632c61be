import AssistantsStore
import HTTPTransport
import NIOCore

/// What those who watch the server ask.
struct HealthResource: Sendable {
    let store: any Store
    let readiness: Readiness
    /// The server's own version.
    let version: String
    /// A user name that is looked up like any other.
    private static let nobody = "AC00000000000000000000000000000000"

    /// `GET /health`: whether the server answers at all, and its version.
    func fetch(_ request: APIRequest) async throws -> Response {
        Response(json: ByteBuffer(string: #"{"status":"ok","version":"\#(version)"}"#))
    }

    /// `GET /ready`: whether requests are worth sending here: the server does not stop, and the database answers what each of
    /// them asks first.
    func fetchReadiness(_ request: APIRequest) async throws -> Response {
        guard readiness.ask() else { throw APIError.stopping() }
        do {
            _ = try await store.credential(for: Self.nobody)
        } catch {
            throw APIError.unavailable(error)
        }
        return Response(json: ByteBuffer(string: #"{"status":"ready"}"#))
    }
}
