/// A position in a list that is in the order of one or two integers, the last of which tells any two items apart.
package protocol KeysetCursor: Equatable, Sendable {
    /// Which list it belongs to: different for every list, and the same for good, because page tokens contain it.
    static var kind: UInt8 { get }
    /// What stores call the integers.
    static var columns: [String] { get }

    /// One for each column.
    var values: [Int64] { get }
    init(values: [Int64])
}

extension KeysetCursor {
    /// Before every item.
    static var beginning: Self { Self(values: columns.map { _ in .min }) }

    /// The position right behind this one, or before it.
    func moved(by distance: Int64) -> Self {
        var values = values
        values[values.count - 1] += distance
        return Self(values: values)
    }
}

extension MessageCursor: KeysetCursor {
    package static let kind: UInt8 = 1
    package static let columns = ["session_number", "position"]

    package var values: [Int64] { [session.value, position] }

    package init(values: [Int64]) {
        self.init(session: SessionNumber(values[0]), position: values[1])
    }
}

extension SessionCursor: KeysetCursor {
    package static let kind: UInt8 = 2
    package static let columns = ["date_created", "number"]

    package var values: [Int64] { [dateCreated.microseconds, number.value] }

    package init(values: [Int64]) {
        self.init(dateCreated: Timestamp(microseconds: values[0]), number: SessionNumber(values[1]))
    }
}

extension AssistantCursor: KeysetCursor {
    package static let kind: UInt8 = 3
    package static let columns = ["number"]

    package var values: [Int64] { [number] }

    package init(values: [Int64]) {
        self.init(number: values[0])
    }
}

/// Which way a keyset list is read from a cursor.
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
