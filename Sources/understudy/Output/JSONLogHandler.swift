import Foundation
import Logging

/// Writes the log to standard error as JSON, one object a line: `time`, `level`, `message`, and what belongs to it, like
/// `request_id`, under its own names.
struct JSONLogHandler: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
        fields["time"] = Date.now.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true))
        fields["level"] = event.level.rawValue
        fields["message"] = "\(event.message)"
        fields["source"] = event.source
        if let error = event.error { fields["error"] = "\(error)" }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let line = try? encoder.encode(fields) else { return }
        // In one call, so that lines do not mix; where nobody reads them, they are lost.
        _ = (line + Data("\n".utf8)).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
