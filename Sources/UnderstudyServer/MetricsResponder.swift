import HTTPTransport
import NIOCore
import NIOHTTP1
import PrometheusMetrics

/// Answers `GET /metrics` with the process' figures, on an address of its own, which need not be reachable for those who use the API.
struct MetricsResponder: Responder {
    let registry: MetricsRegistry

    func respond(to request: Request) async -> Response {
        guard request.target == "/metrics", request.method == .GET || request.method == .HEAD else {
            return Response(status: .notFound)
        }
        return Response(
            status: .ok,
            headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"],
            body: ByteBuffer(string: registry.text)
        )
    }

    func response(to refusal: Refusal) -> Response {
        Response(status: .badRequest)
    }
}
