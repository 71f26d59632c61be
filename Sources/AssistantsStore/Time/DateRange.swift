/// A half-open range of moments.
package struct DateRange: Equatable, Sendable {
    /// Included; `nil` if the range has no beginning.
    package var start: Timestamp?
    /// Excluded; `nil` if the range has no end.
    package var end: Timestamp?

    package init(from start: Timestamp? = nil, before end: Timestamp? = nil) {
        self.start = start
        self.end = end
    }

    package func contains(_ moment: Timestamp) -> Bool {
        (start.map { $0 <= moment } ?? true) && (end.map { moment < $0 } ?? true)
    }
}
