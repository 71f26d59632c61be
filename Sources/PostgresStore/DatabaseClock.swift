/// The clock of leases, due times, expiry, and activity: PostgreSQL's, the same for every server.
enum DatabaseClock {
    /// An expression of SQL: the time at which the statement came, in microseconds as in `Timestamp`.
    static let now = "(extract(epoch FROM statement_timestamp()) * 1000000)::bigint"
}
