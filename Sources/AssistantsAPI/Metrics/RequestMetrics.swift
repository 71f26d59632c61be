import NIOHTTP1
import PrometheusMetrics
import Synchronization

/// How many requests came, and how long their answers took, by route, method and status.
final class RequestMetrics: Sendable {
    private struct Key: Hashable {
        /// `nil` where there is none.
        let route: ObjectIdentifier?
        /// Of `methods`; their count for all others, because strangers must not make it large.
        let method: Int
        let status: UInt
    }

    private static let methods: [HTTPMethod] = [.GET, .HEAD, .POST, .PUT, .DELETE]

    private let registry: MetricsRegistry
    private let histograms = Mutex<[Key: Histogram]>([:])

    init(registry: MetricsRegistry) {
        self.registry = registry
    }

    /// - Parameter route: `nil` if the request has none.
    func record(_ route: Route?, _ method: HTTPMethod, _ status: HTTPResponseStatus, _ duration: Duration) {
        let key = Key(
            route: route.map { ObjectIdentifier($0) },
            method: Self.methods.firstIndex(of: method) ?? Self.methods.count,
            status: status.code
        )
        histogram(key, route).record(duration)
    }

    private func histogram(_ key: Key, _ route: Route?) -> Histogram {
        histograms.withLock { histograms in
            if let histogram = histograms[key] { return histogram }
            let histogram = registry.histogram(
                "understudy_request_duration_seconds",
                "How long answers took, from a request's headers until the answer could be sent.",
                labels: [
                    "route": route?.template.text ?? "none",
                    "method": key.method < Self.methods.count ? Self.methods[key.method].rawValue : "other",
                    "status": "\(key.status)",
                ]
            )
            histograms[key] = histogram
            return histogram
        }
    }
}
