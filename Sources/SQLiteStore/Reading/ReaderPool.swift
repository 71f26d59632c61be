import GRDB
import Synchronization

/// Connections for the queries that every request runs, on the thread that calls: a hop to another thread costs more than
/// the reading. There are as many as have ever been in use at once, so never more than there are threads.
final class ReaderPool: Sendable {
    private let path: String
    private let configuration: Configuration
    private let idle = Mutex<[Reader]>([])

    init(path: String, configuration: Configuration) {
        self.path = path
        var configuration = configuration
        configuration.readonly = true
        self.configuration = configuration
    }

    func read<Value>(_ body: (Reader) throws -> Value) throws -> Value {
        let reader = try idle.withLock { $0.popLast() } ?? Reader(path: path, configuration: configuration)
        defer { idle.withLock { $0.append(reader) } }
        return try body(reader)
    }
}
