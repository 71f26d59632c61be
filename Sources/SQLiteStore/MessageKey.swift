import AssistantsStore

/// The primary key of a message's row: its session's number and its position in one integer, so that the messages of a
/// session lie together on disk, in their order.
struct MessageKey: Equatable {
    /// Positions are 1 to this.
    static let maximumPosition: Int64 = 0xFFFF_FFFF
    /// Session numbers are 1 to this.
    static let maximumSessionNumber: Int64 = 0x7FFF_FFFF

    let value: Int64

    init(_ value: Int64) {
        self.value = value
    }

    /// - Parameter position: 0 to 2³² − 1; 0 is before the first message.
    init(_ session: SessionNumber, position: Int64) {
        value = session.value << 32 | min(max(position, 0), Self.maximumPosition)
    }

    /// Behind the last message that the session can have.
    static func end(of session: SessionNumber) -> MessageKey {
        MessageKey((session.value << 32 | maximumPosition) &+ 1)
    }

    var session: SessionNumber { SessionNumber(value >> 32) }
    var position: Int64 { value & Self.maximumPosition }
}
