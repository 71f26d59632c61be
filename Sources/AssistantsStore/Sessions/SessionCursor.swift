/// A position in an account's list of sessions, in one of its orders. Sessions of one time are in the order of their numbers.
package protocol SessionCursor: KeysetCursor {
    /// What stores call the index that has this order.
    static var index: String { get }
    /// The part of a filter that asks for a range of this order, so that an index finds where it begins and ends.
    static var range: WritableKeyPath<SessionFilter, DateRange> { get }

    /// By which the sessions are ordered.
    var date: Timestamp { get }
    var number: SessionNumber { get }
    init(date: Timestamp, number: SessionNumber)
}

extension SessionCursor {
    package var values: [Int64] { [date.microseconds, number.value] }

    package init(values: [Int64]) {
        self.init(date: Timestamp(microseconds: values[0]), number: SessionNumber(values[1]))
    }

    // Thousands are sorted, and `values` would allocate each time.
    package static func < (left: Self, right: Self) -> Bool {
        (left.date, left.number.value) < (right.date, right.number.value)
    }

    /// Of the dates that a filter asks for: what matches lies behind `lower` and before `upper`.
    package static func bounds(of filter: SessionFilter) -> KeysetBounds<Self> {
        let range = filter[keyPath: range]
        func cursor(_ date: Timestamp) -> Self { Self(values: [date.microseconds, .min]) }
        return KeysetBounds(lower: range.start.map(cursor), upper: range.end.map(cursor))
    }

    /// Whether a filter asks for nothing but a range of this order.
    static func isRange(_ filter: SessionFilter) -> Bool {
        var others = filter
        others[keyPath: range] = DateRange()
        return others == SessionFilter()
    }
}

/// In the order of creation.
package struct SessionCreationCursor: SessionCursor {
    package static let kind: UInt8 = 2
    package static let columns = ["date_created", "number"]
    package static let index = "session_by_creation"
    package static var range: WritableKeyPath<SessionFilter, DateRange> { \.created }

    package let date: Timestamp
    package let number: SessionNumber

    package init(date: Timestamp, number: SessionNumber) {
        (self.date, self.number) = (date, number)
    }
}

/// In the order of the last activity.
package struct SessionActivityCursor: SessionCursor {
    package static let kind: UInt8 = 4
    package static let columns = ["last_activity", "number"]
    package static let index = "session_by_activity"
    package static var range: WritableKeyPath<SessionFilter, DateRange> { \.active }

    package let date: Timestamp
    package let number: SessionNumber

    package init(date: Timestamp, number: SessionNumber) {
        (self.date, self.number) = (date, number)
    }
}
