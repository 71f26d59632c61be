import AssistantsStore

/// The clock of leases, due times, expiry, and activity.
struct StoreClock: Sendable {
    private let read: @Sendable () -> Timestamp

    /// The time that `read` returns, which must not go back.
    init(_ read: @escaping @Sendable () -> Timestamp) {
        self.read = read
    }

    /// The system's time now, and from then on the time that passes: setting the system's clock changes nothing.
    static func steady() -> StoreClock {
        let (date, start) = (Timestamp.now, ContinuousClock.now)
        return StoreClock { Timestamp(microseconds: date.microseconds + start.duration(to: .now).microseconds) }
    }

    /// In microseconds, as the database has it.
    var now: Int64 { read().microseconds }
}
