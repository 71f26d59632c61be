import Synchronization

/// A sum that only grows.
package final class Counter: Sendable {
    private let sum = Mutex(0.0)

    package func add(_ amount: Double = 1) {
        sum.withLock { $0 += amount }
    }

    var value: Double { sum.withLock(\.self) }
}
