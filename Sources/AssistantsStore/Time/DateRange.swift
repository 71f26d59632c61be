/// The moments from one on, and those before another.
package struct DateRange: Equatable, Sendable {
    /// The first moment; `nil` where there is none.
    package var start: Timestamp?
    /// The first moment behind; `nil` where there is none.
    package var end: Timestamp?

    package init(from start: Timestamp? = nil, before end: Timestamp? = nil) {
        self.start = start
        self.end = end
    }

    package func contains(_ moment: Timestamp) -> Bool {
        (start.map { $0 <= moment } ?? true) && (end.map { moment < $0 } ?? true)
    }
}
