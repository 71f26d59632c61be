import Hummingbird
import NIOCore

/// Whether the server answers at all.
struct HealthResource: Sendable {
    func fetch(_ call: Call) async throws -> Response {
        Response(json: ByteBuffer(string: #"{"status":"ok"}"#))
    }
}
