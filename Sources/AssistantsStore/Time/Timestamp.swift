import Foundation
import FoundationEssentials

/// A moment: whole microseconds since 1970-01-01T00:00:00Z, without leap seconds.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// Whether a number of microseconds since 1970 is of the years 1 to 9999, which have a four-digit form.
    package static func isPrintable(_ microseconds: Int64) -> Bool {
        let seconds = CivilDate.printableSeconds
        return (seconds.lowerBound * 1_000_000..<(seconds.upperBound + 1) * 1_000_000).contains(Int(microseconds))
    }
}

#if canImport(FoundationEssentials)
#else
#endif

extension Timestamp {
    /// The system clock's time.
    package static var now: Timestamp {
        Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }
}

extension Duration {
    /// In whole microseconds, the unit in which stores keep times.
    package var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
