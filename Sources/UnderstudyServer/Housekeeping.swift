import AssistantsStore
import Logging
import ServiceLifecycle

/// Has the store remove what nobody can reach any more, when the server starts and every minute.
struct Housekeeping: Service {
    let store: any Store
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                do {
                    try await store.collectGarbage()
                } catch {
                    guard !Task.isCancelled else { return }
                    logger.error("what was deleted could not be removed; trying again in a minute: \(error)")
                }
            } while (try? await Task.sleep(for: .seconds(60))) != nil
        }
    }
}
