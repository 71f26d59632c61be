import ArgumentParser
import Foundation

/// What a command prints its result as.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json

    /// Prints a result in the format that was asked for.
    func print(_ result: some Encodable, text: @autoclosure () -> String) throws {
        switch self {
        case .text:
            Swift.print(text())
        case .json:
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            Swift.print(String(decoding: try encoder.encode(result), as: UTF8.self))
        }
    }
}
