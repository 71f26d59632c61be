import Hummingbird
import NIOCore

/// The description of the API, for programs that read OpenAPI.
struct OpenAPIResource: Sendable {
    /// `OpenAPI/openapi.json`, a part of the program.
    static let document = ByteBuffer(bytes: PackageResources.openapi_json)

    /// `GET /openapi.json`.
    func fetch(_ call: Call) async throws -> Response {
        Response(json: Self.document)
    }
}
