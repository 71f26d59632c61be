/// A statement that only reads, and that can be sent together with others.
struct PostgresQuery: Sendable {
    let sql: String
    let parameters: PostgresParameters
    let result = PendingResult<PostgresRows>()

    init(_ sql: String, _ parameters: [(any PostgresValue)?]) {
        self.sql = sql
        self.parameters = PostgresParameters(parameters)
    }
}
