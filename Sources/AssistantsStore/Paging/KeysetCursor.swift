/// A position in a list that is in the order of one or two integers, the last of which tells any two items apart.
package protocol KeysetCursor: Comparable, Sendable {
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

    package static func < (left: Self, right: Self) -> Bool { left.values.lexicographicallyPrecedes(right.values) }

    /// With its last integer increased by `distance`.
    package func moved(by distance: Int64) -> Self {
        var values = values
        values[values.count - 1] += distance
        return Self(values: values)
    }
}

/// A part of a list: what lies behind one cursor and before another. `nil` where it has no bound.
package struct KeysetBounds<Cursor: KeysetCursor>: Equatable, Sendable {
    package var lower: Cursor?
    package var upper: Cursor?

    package init(lower: Cursor? = nil, upper: Cursor? = nil) {
        self.lower = lower
        self.upper = upper
    }

    /// The same, cut at a cursor: what lies on one side of it.
    package func part(_ direction: KeysetDirection, _ cursor: Cursor) -> KeysetBounds {
        var part = self
        switch direction {
        case .after: part.lower = lower.map { $0 < cursor ? cursor : $0 } ?? cursor
        case .before: part.upper = upper.map { cursor < $0 ? cursor : $0 } ?? cursor
        }
        return part
    }

    /// The cursor from which it is read.
    package func start(_ direction: KeysetDirection) -> Cursor {
        switch direction {
        case .after: lower ?? .beginning
        case .before: upper ?? .end
        }
    }

    /// The cursor at which reading ends.
    package func end(_ direction: KeysetDirection) -> Cursor? {
        switch direction {
        case .after: upper
        case .before: lower
        }
    }
}

/// Which way a keyset list is read from a cursor: to those that are greater, or to those that are less.
package enum KeysetDirection: Sendable {
    case after
    case before

    package var opposite: KeysetDirection {
        switch self {
        case .after: .before
        case .before: .after
        }
    }
}
