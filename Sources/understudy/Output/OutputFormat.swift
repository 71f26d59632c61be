import ArgumentParser
import Foundation

/// What a command prints its result as.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json

    /// Prints a result in the format that was asked for. An empty text is no line.
    func print(_ result: some Encodable, text: @autoclosure () -> String) throws {
        let string = try string(of: result, text: text())
        if !string.isEmpty { Swift.print(string) }
    }

    /// A result in the format that was asked for.
    func string(of result: some Encodable, text: @autoclosure () -> String) throws -> String {
        switch self {
        case .text:
            return text()
        case .json:
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(result), as: UTF8.self)
        }
    }
}
