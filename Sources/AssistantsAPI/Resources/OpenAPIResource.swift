import HTTPTransport
import NIOCore

/// The description of the API, for programs that read OpenAPI.
struct OpenAPIResource: Sendable {
    /// `OpenAPI/openapi.json`, a part of the program.
    static let document = ByteBuffer(bytes: PackageResources.openapi_json)

    /// Compressed once: the route needs no credentials, so it must cost nothing.
    private static let compressed = Gzip.compress(document).map { Content($0, coded: .gzip) }

    /// `GET /openapi.json`.
    func fetch(_ request: APIRequest) async throws -> Response {
        var response = Response(json: Self.document)
        if request.coding == .gzip, let compressed = Self.compressed { response.hold(compressed) }
        return response
    }
}
