import Hummingbird
import NIOCore

/// The description of the API, for programs that read OpenAPI.
struct OpenAPIResource: Sendable {
    /// `OpenAPI/openapi.json`, a part of the program.
    static let document = ByteBuffer(bytes: PackageResources.openapi_json)

    /// Who asks needs no credentials, and must not make the server compress it again and again.
    private static let compressed = Gzip.compress(document).map { Content($0, coded: .gzip) }

    /// `GET /openapi.json`.
    func fetch(_ call: Call) async throws -> Response {
        var response = Response(json: Self.document)
        if call.coding == .gzip, let compressed = Self.compressed { response.hold(compressed) }
        return response
    }
}
