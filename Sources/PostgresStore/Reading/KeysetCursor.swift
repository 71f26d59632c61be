import AssistantsStore

/// A place in a list that is kept in the order of some integer columns.
protocol KeysetCursor: Sendable {
    /// The columns, the last of which tells any two rows apart.
    static var columns: [String] { get }

    /// One for each column.
    var values: [Int64] { get }
    init(values: [Int64])

    /// Before every row.
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
    static let columns = ["date_created", "number"]

    var values: [Int64] { [dateCreated.microseconds, number.value] }

    init(values: [Int64]) {
        self.init(dateCreated: Timestamp(microseconds: values[0]), number: SessionNumber(values[1]))
    }

    static var beginning: SessionCursor { SessionCursor(values: [.min, 0]) }
}

extension AssistantCursor: KeysetCursor {
    static let columns = ["number"]

    var values: [Int64] { [number] }

    init(values: [Int64]) {
        self.init(number: values[0])
    }

    static var beginning: AssistantCursor { AssistantCursor(number: 0) }
}
