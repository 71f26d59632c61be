/// A result that can be handed from one task or thread to another.
final class PostgresRows: Sendable {
    let result: PostgresResult

    init(_ result: consuming PostgresResult) {
        self.result = result
    }
}
