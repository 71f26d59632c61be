/// How turns are taken.
package struct TurnOptions: Sendable {
    /// How many turns of one session may wait behind the one that is being taken.
    package var maximumWaiting = 10
    /// How many callers may wait for their answers.
    package var maximumCallers = 1_000
    /// How many turns are taken at once, each of another session.
    package var maximumRunning = 64
    /// How much of a session a model is told, in bytes of text.
    package var historyLimit = 32_768
    /// How many messages of a session are read for that, also those that a model is not told.
    package var historyRows = 1_000

    /// How long a turn stays with a worker that is not heard of. Leases are renewed four times in it.
    package var lease = Duration.seconds(10)
    /// How long to wait before looking for turns that nobody has announced.
    package var pollInterval = Duration.seconds(1)
    /// How long to wait before trying again what the database could not do for a turn.
    package var storeRetryDelay = Duration.seconds(5)

    package init() {}
}
