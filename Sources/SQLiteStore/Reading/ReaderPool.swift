import Foundation
import GRDB
import Synchronization

/// Connections for the queries that every request runs, on the thread that calls: a hop to another thread costs more than
/// the reading. There are as many as have ever been in use at once, so never more than there are threads.
final class ReaderPool: Sendable {
    private let path: String
    private let configuration: Configuration
    private let limits: StoreLimits
    private let idle = Mutex<[Reader]>([])

    init(path: String, configuration: Configuration, limits: StoreLimits) {
        self.path = path
        self.limits = limits
        var configuration = configuration
        configuration.readonly = true
        // On an event loop nobody waits for as long as a writer may. Readers of a log wait for nobody but one that recovers it,
        // or has the file for itself.
        configuration.busyMode = .callback { tries in
            usleep(1_000)
            return tries < 5
        }
        self.configuration = configuration
    }

    func read<Value>(_ body: (Reader) throws -> Value) throws -> Value {
        let reader =
            try idle.withLock { $0.popLast() } ?? Reader(path: path, configuration: configuration, limits: limits)
        defer { idle.withLock { $0.append(reader) } }
        return try body(reader)
    }
}
