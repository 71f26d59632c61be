/// A place in a list that is in the order of some integers, the last of which tells any two items apart.
package protocol KeysetCursor: Sendable {
    /// What stores call the integers.
    static var columns: [String] { get }

    /// One for each column.
    var values: [Int64] { get }
    init(values: [Int64])

    /// Before every item.
    static var beginning: Self { get }
}

extension KeysetCursor {
    /// The place right behind this one, or before it.
    func moved(by distance: Int64) -> Self {
        var values = values
        values[values.count - 1] += distance
        return Self(values: values)
    }
}

extension SessionCursor: KeysetCursor {
    package static let columns = ["date_created", "number"]

    package var values: [Int64] { [dateCreated.microseconds, number.value] }

    package init(values: [Int64]) {
        self.init(dateCreated: Timestamp(microseconds: values[0]), number: SessionNumber(values[1]))
    }

    package static var beginning: SessionCursor { SessionCursor(values: [.min, 0]) }
}

extension AssistantCursor: KeysetCursor {
    package static let columns = ["number"]

    package var values: [Int64] { [number] }

    package init(values: [Int64]) {
        self.init(number: values[0])
    }

    package static var beginning: AssistantCursor { AssistantCursor(number: 0) }
}

/// Which way a keyset list is read from a place.
package enum KeysetDirection: Sendable {
    case after
    case before

    var opposite: KeysetDirection {
        switch self {
        case .after: .before
        case .before: .after
        }
    }
}
