package import Logging
import Synchronization

/// Keeps what is logged at the level info and above.
package final class LogLines: Sendable {
    package typealias Line = (message: String, level: Logger.Level, metadata: Logger.Metadata)

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.lines.withLock { $0.append(("\(event.message)", event.level, event.metadata ?? [:])) }
        }
    }

    private let lines = Mutex<[Line]>([])

    package init() {}

    package var all: [Line] { lines.withLock { $0 } }
    /// The lines with their metadata.
    package var texts: [String] { all.map { "\($0.message) \($0.metadata)" } }
    package var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }
}
