import PrometheusMetrics

/// The requests to a model's server: their durations, failures, and tokens.
struct ModelMetrics: Sendable {
    private enum TokenKind: String, CaseIterable {
        case prompt, completion
    }

    private let durations: Histogram
    private let failures: [ModelFailure.Kind: Counter]
    private let tokens: [TokenKind: Counter]

    init(registry: MetricsRegistry) {
        durations = registry.histogram(
            "understudy_model_request_duration_seconds",
            "Duration of requests to the model's server, including failed ones.",
            bounds: Histogram.modelSeconds
        )
        failures = Self.counters(
            registry,
            "understudy_model_failures_total",
            "Failed requests to the model, including those that were retried, by reason.",
            label: "reason"
        )
        tokens = Self.counters(
            registry,
            "understudy_model_tokens_total",
            "Tokens used, by kind, as reported by the model's server.",
            label: "kind"
        )
    }

    /// - Parameter duration: of a request, whether it succeeded or not.
    func record(_ duration: Duration) {
        durations.record(duration)
    }

    func count(_ failure: ModelFailure) {
        failures[failure.kind]?.add()
    }

    /// - Parameter usage: as the server reports it: `{"prompt_tokens": 7, "completion_tokens": 2}`.
    func countTokens(of usage: JSONTree?) {
        guard case .object(let fields) = usage else { return }
        for (kind, counter) in tokens {
            if case .integer(let count) = fields["\(kind.rawValue)_tokens"], count > 0 { counter.add(Double(count)) }
        }
    }

    private static func counters<Label: CaseIterable & Hashable & RawRepresentable<String>>(
        _ registry: MetricsRegistry,
        _ name: String,
        _ help: String,
        label: String
    ) -> [Label: Counter] {
        let counters = Label.allCases.map { ($0, registry.counter(name, help, labels: [label: $0.rawValue])) }
        return Dictionary(uniqueKeysWithValues: counters)
    }
}
