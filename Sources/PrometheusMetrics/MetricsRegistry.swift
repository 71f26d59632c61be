import Synchronization

/// The figures of one process, in Prometheus' text format, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
package final class MetricsRegistry: Sendable {
    package typealias Labels = KeyValuePairs<String, String>

    private enum Kind: String {
        case counter, gauge, histogram
    }

    private struct Family {
        let kind: Kind
        let help: String
        /// By labels, in the order in which they came.
        var series: [(labels: String, write: @Sendable (_ name: String, _ labels: String) -> String)] = []
    }

    private let families = Mutex<[String: Family]>([:])

    package init() {}

    /// A histogram that is listed from now on.
    /// - Parameter bounds: in ascending order.
    package func histogram(
        _ name: String,
        _ help: String,
        labels: Labels = [:],
        bounds: [Double] = Histogram.seconds
    ) -> Histogram {
        let histogram = Histogram(bounds: bounds)
        add(name, .histogram, help, labels) { name, labels in
            let reading = histogram.reading
            var text = ""
            var count: UInt64 = 0
            for (bound, number) in zip(bounds.map { "\($0)" } + ["+Inf"], reading.counts) {
                count += number
                text += "\(name)_bucket{\(labels)\(labels.isEmpty ? "" : ",")le=\"\(bound)\"} \(count)\n"
            }
            let braces = labels.isEmpty ? "" : "{\(labels)}"
            return text + "\(name)_sum\(braces) \(reading.sum)\n\(name)_count\(braces) \(count)\n"
        }
        return histogram
    }

    /// A counter that is listed from now on, from 0.
    package func counter(_ name: String, _ help: String, labels: Labels = [:]) -> Counter {
        let counter = Counter()
        self.counter(name, help, labels: labels) { counter.value }
        return counter
    }

    /// What is now, and may be less the next time; not a number while it is unknown.
    package func gauge(_ name: String, _ help: String, labels: Labels = [:], read: @escaping @Sendable () -> Double) {
        add(name, .gauge, help, labels) { Self.line($0, $1, read()) }
    }

    /// What only grows while the process runs.
    package func counter(_ name: String, _ help: String, labels: Labels = [:], read: @escaping @Sendable () -> Double) {
        add(name, .counter, help, labels) { Self.line($0, $1, read()) }
    }

    /// All of them, by name.
    package var text: String {
        let families = families.withLock(\.self)
        return families.keys.sorted().map { name in
            guard let family = families[name] else { return "" }
            return "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.kind.rawValue)\n"
                + family.series.map { $0.write(name, $0.labels) }.joined()
        }.joined()
    }

    private func add(
        _ name: String,
        _ kind: Kind,
        _ help: String,
        _ labels: Labels,
        write: @escaping @Sendable (_ name: String, _ labels: String) -> String
    ) {
        let text = labels.map { "\($0)=\"\($1)\"" }.joined(separator: ",")
        families.withLock { $0[name, default: Family(kind: kind, help: help)].series.append((text, write)) }
    }

    private static func line(_ name: String, _ labels: String, _ value: Double) -> String {
        "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(value.isNaN ? "NaN" : "\(value)")\n"
    }
}
