import Foundation
import Logging

/// Writes the log as JSON, one object a line: `time`, `level`, `message`, and what belongs to it, like
/// `request_id`, under its own names.
struct JSONLogHandler: LogHandler {
    private let stream: LogQueue
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    init(stream: LogQueue) {
        self.stream = stream
    }

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
        stream.write(String(decoding: line, as: UTF8.self) + "\n")
    }
}
