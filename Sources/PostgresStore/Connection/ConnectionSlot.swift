/// The connection of one thread: made when it is first needed, and made anew when it was lost.
final class ConnectionSlot {
    private let url: String
    private var idle: PostgresConnection?

    init(url: String) {
        self.url = url
    }

    /// - Throws: what `body` throws, and `PostgresError` where there is no connection to be had.
    func run<Value>(_ body: (inout PostgresConnection) throws -> Value) throws -> Value {
        var connection = try take()
        let value: Value
        do {
            value = try body(&connection)
        } catch {
            keep(connection)
            throw error
        }
        keep(connection)
        return value
    }

    private func take() throws -> PostgresConnection {
        // The server may have been restarted since the last use.
        if let connection = idle.take() {
            if connection.isAlive { return connection }
        }
        return try PostgresConnection(url: url)
    }

    private func keep(_ connection: consuming PostgresConnection) {
        if connection.isAlive { idle = consume connection }
    }
}
