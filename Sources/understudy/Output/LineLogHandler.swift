import Foundation
import Logging

/// Writes each log record as one line: text for people, or a JSON object for programs.
struct LineLogHandler: LogHandler {
    /// The label of the program's own loggers. Those of its libraries log warnings and errors only.
    static let label = "understudy"

    private let format: OutputFormat
    private let isColored: Bool
    private let stream: LogQueue
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    /// Makes this the log of the process.
    static func bootstrap(_ format: OutputFormat, to stream: LogQueue) {
        let isColored = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
        LoggingSystem.bootstrap { label in
            LineLogHandler(
                format: format,
                isColored: isColored,
                stream: stream,
                logLevel: label == Self.label ? .info : .warning
            )
        }
    }

    private init(format: OutputFormat, isColored: Bool, stream: LogQueue, logLevel: Logger.Level) {
        self.format = format
        self.isColored = isColored
        self.stream = stream
        self.logLevel = logLevel
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata.merging(event.metadata ?? [:]) { $1 }
        if let error = event.error { fields["error"] = "\(error)" }
        let time = Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        switch format {
        case .text: stream.write(text(time, event, fields))
        case .json: stream.write(json(time, event, fields))
        }
    }

    // MARK: Text

    private func text(_ time: String, _ event: LogEvent, _ fields: Logger.Metadata) -> String {
        let level = event.level.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
        var line = "\(time) \(isColored ? Self.colored(level, event.level) : level) \(Self.escaped("\(event.message)"))"
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) { line += " \(name)=\(Self.quoted("\(value)"))" }
        return line + "\n"
    }

    private static func colored(_ text: String, _ level: Logger.Level) -> String {
        let color =
            switch level {
            case .trace, .debug: 90
            case .info, .notice: 32
            case .warning: 33
            case .error, .critical: 31
            }
        return "\u{1B}[\(color)m\(text)\u{1B}[0m"
    }

    /// In double quotes if the end of the value would not be clear otherwise.
    private static func quoted(_ value: String) -> String {
        let text = escaped(value)
        guard text.isEmpty || text.contains(where: { $0 == " " || $0 == "\"" || $0 == "=" }) else { return text }
        return "\"\(text.replacing("\"", with: "\\\""))\""
    }

    /// Without characters that control a terminal or end a line, so that a record is one line.
    static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isEscaped) else { return text }
        return text.unicodeScalars.map { scalar in
            switch scalar {
            case "\\": "\\\\"
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            default: isEscaped(scalar) ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
            }
        }.joined()
    }

    private static func isEscaped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: scalar == "\\"
        }
    }

    // MARK: JSON

    private func json(_ time: String, _ event: LogEvent, _ fields: Logger.Metadata) -> String {
        var record = fields.mapValues(JSONField.init)
        record["time"] = .string(time)
        record["level"] = .string(event.level.rawValue)
        record["message"] = .string("\(event.message)")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let line = try? encoder.encode(record) else { return "" }
        return String(decoding: line, as: UTF8.self) + "\n"
    }
}

/// A value of a log record in JSON.
private enum JSONField: Encodable {
    case string(String)
    case integer(Int)
    case double(Double)
    case flag(Bool)

    init(_ value: Logger.Metadata.Value) {
        self =
            switch value {
            case .stringConvertible(let value as Int): .integer(value)
            case .stringConvertible(let value as Int64): .integer(Int(value))
            case .stringConvertible(let value as Double): .double(value)
            case .stringConvertible(let value as Bool): .flag(value)
            default: .string("\(value)")
            }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .string(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .double(let value): try container.encode(value)
        case .flag(let value): try container.encode(value)
        }
    }
}
