import AssistantsStore
import GRDB

/// A place in a list that is kept in the order of some integer columns.
protocol KeysetCursor: Sendable {
    /// The columns, the last of which tells any two rows apart.
    static var columns: [String] { get }

    /// One for each column.
    var values: [Int64] { get }
    init(_ row: Row)

    /// Before every row.
    static var beginning: Self { get }
    /// The place right behind this one.
    var successor: Self { get }
    /// The place right before this one.
    var predecessor: Self { get }
}

extension SessionCursor: KeysetCursor {
    static let columns = ["date_created", "number"]

    var values: [Int64] { [dateCreated.microseconds, number.value] }

    init(_ row: Row) {
        self.init(dateCreated: Timestamp(microseconds: row["date_created"]), number: SessionNumber(row["number"]))
    }

    static var beginning: SessionCursor {
        SessionCursor(dateCreated: Timestamp(microseconds: .min), number: SessionNumber(0))
    }

    var successor: SessionCursor {
        SessionCursor(dateCreated: dateCreated, number: SessionNumber(number.value + 1))
    }

    var predecessor: SessionCursor {
        SessionCursor(dateCreated: dateCreated, number: SessionNumber(number.value - 1))
    }
}

extension AssistantCursor: KeysetCursor {
    static let columns = ["number"]

    var values: [Int64] { [number] }

    init(_ row: Row) {
        self.init(number: row["number"])
    }

    static var beginning: AssistantCursor { AssistantCursor(number: 0) }
    var successor: AssistantCursor { AssistantCursor(number: number + 1) }
    var predecessor: AssistantCursor { AssistantCursor(number: number - 1) }
}
