import HTTPTypes
import PrometheusMetrics
import Synchronization

/// How many requests came, and how long their answers took, by route, method and status.
final class RequestMetrics: Sendable {
    private struct Key: Hashable {
        let route: String
        let method: String
        let status: Int
    }

    /// Others are one to it: strangers must not make it large.
    private static let methods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .delete]

    private let registry: MetricsRegistry
    private let histograms = Mutex<[Key: Histogram]>([:])

    init(registry: MetricsRegistry) {
        self.registry = registry
    }

    /// - Parameter route: `nil` if the request has none.
    func record(_ route: Route?, _ method: HTTPRequest.Method, _ status: HTTPResponse.Status, _ duration: Duration) {
        let key = Key(
            route: route?.template.text ?? "none",
            method: Self.methods.contains(method) ? method.rawValue : "other",
            status: status.code
        )
        histogram(key).record(duration)
    }

    private func histogram(_ key: Key) -> Histogram {
        histograms.withLock { histograms in
            if let histogram = histograms[key] { return histogram }
            let histogram = registry.histogram(
                "understudy_request_duration_seconds",
                "How long answers took, from a request's headers until the answer could be sent.",
                labels: ["route": key.route, "method": key.method, "status": "\(key.status)"]
            )
            histograms[key] = histogram
            return histogram
        }
    }
}
