import AssistantsStore
import PrometheusMetrics

/// Bounds the work on lists with a filter, each and all of them.
struct FilteredLists: Sendable {
    /// Of one request, and of one with a query.
    let budget, searchBudget: ScanBudget
    /// Those that a short scan could not answer.
    let requests: RequestsInFlight

    init(options: APIOptions, metrics: MetricsRegistry) {
        budget = options.scan
        searchBudget = options.search
        let requests = RequestsInFlight(limit: options.maximumScans, kind: "requests for lists with a filter")
        self.requests = requests
        metrics.gauge(
            "understudy_filtered_lists_in_flight",
            "Requests in progress for lists with a filter that a short scan could not answer."
        ) {
            Double(requests.current)
        }
    }
}
