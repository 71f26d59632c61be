import AssistantsStore
import Logging
import ServiceLifecycle

/// Work of the store that is done when the server starts and every minute.
struct Housekeeping: Service {
    /// What is logged if it fails.
    let failure: Logger.Message
    let logger: Logger
    let work: @Sendable () async throws -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                do {
                    try await work()
                } catch {
                    guard !Task.isCancelled else { return }
                    logger.error("\(failure); retrying in a minute: \(error)")
                }
            } while (try? await Task.sleep(for: .seconds(60))) != nil
        }
    }
}
