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
    /// Behind every item.
    static var end: Self { Self(values: columns.map { _ in .max }) }

    /// With its last integer increased by `distance`.
    package func moved(by distance: Int64) -> Self {
        var values = values
        values[values.count - 1] += distance
        return Self(values: values)
    }
}

/// Which way a keyset list is read from a cursor: to those that are greater, or to those that are less.
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
