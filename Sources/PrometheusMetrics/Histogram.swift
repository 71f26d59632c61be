import Synchronization

/// How often something took how long, or was how much: counted by upper bounds, with the sum.
package final class Histogram: Sendable {
    /// For times, in seconds: from a page out of memory to a model's reply.
    package static let seconds = [
        0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
        30,
    ]
    /// For requests to a model, in seconds.
    package static let modelSeconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300]
    /// For counts.
    package static let counts = [1.0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024]

    struct Reading {
        /// How many were at the bound or below it and above the one before; the last is of those above all bounds.
        var counts: [UInt64]
        var sum = 0.0
    }

    let bounds: [Double]
    private let state: Mutex<Reading>

    /// - Parameter bounds: in ascending order.
    package init(bounds: [Double] = seconds) {
        self.bounds = bounds
        state = Mutex(Reading(counts: [UInt64](repeating: 0, count: bounds.count + 1)))
    }

    package func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        record(Double(seconds) + Double(attoseconds) * 1e-18)
    }

    package func record(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }

    var reading: Reading { state.withLock(\.self) }
}
