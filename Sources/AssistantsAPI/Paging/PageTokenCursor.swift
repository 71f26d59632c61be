import AssistantsStore

/// A cursor that fits into a page token: two numbers.
protocol PageTokenCursor: Sendable {
    /// Which list it is a place in; different for every list.
    static var kind: UInt8 { get }

    var numbers: (Int64, Int64) { get }
    init(numbers: (Int64, Int64))
}

extension MessageCursor: PageTokenCursor {
    static var kind: UInt8 { 1 }

    var numbers: (Int64, Int64) { (session.value, position) }

    init(numbers: (Int64, Int64)) {
        self.init(session: SessionNumber(numbers.0), position: numbers.1)
    }
}

extension SessionCursor: PageTokenCursor {
    static var kind: UInt8 { 2 }

    var numbers: (Int64, Int64) { (dateCreated.microseconds, number.value) }

    init(numbers: (Int64, Int64)) {
        self.init(dateCreated: Timestamp(microseconds: numbers.0), number: SessionNumber(numbers.1))
    }
}

extension AssistantCursor: PageTokenCursor {
    static var kind: UInt8 { 3 }

    var numbers: (Int64, Int64) { (number, 0) }

    init(numbers: (Int64, Int64)) {
        self.init(number: numbers.0)
    }
}
