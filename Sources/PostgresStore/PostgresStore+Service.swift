import ServiceLifecycle

extension PostgresStore: Service {
    /// Runs until the server stops, then does what is under way and ends the connections.
    package func run() async throws {
        try? await gracefulShutdown()
        await close()
    }
}
