import AssistantsStore
import Foundation
import Suggestions

/// A configuration file: one JSON object, with settings by their names.
struct SettingsFile {
    let path: String

    /// The settings' values as text; the items of a list are joined by the setting's separator.
    /// - Throws: `UsageError`, which repeats no value, because a value may be a secret.
    func read() throws -> [Setting: String] {
        let bytes: [UInt8]
        do {
            bytes = try contents()
        } catch {
            throw UsageError("\(error)")
        }
        var scanner = JSONScanner(bytes)
        let members: [JSONMember]
        do {
            members = try scanner.members()
        } catch {
            let isObject = bytes.first { !$0.isJSONWhiteSpace } == UInt8(ascii: "{")
            if !isObject, (try? JSONDecoder().decode(Value.self, from: Data(bytes))) != nil {
                throw UsageError("The configuration file \(path) must be a JSON object, like {\"port\": 8080}.")
            }
            throw UsageError(
                "The configuration file \(path) is not JSON: \(error.reason), \(position(of: error, in: bytes))."
            )
        }
        let decoded = try JSONDecoder().decode([String: Value].self, from: Data(bytes))
        var values: [Setting: String] = [:]
        for name in members.map(\.key) {
            guard let setting = Setting(rawValue: name), setting != .configFile else {
                let names = Setting.allCases.filter { $0 != .configFile }.map(\.rawValue)
                let suggestion = Suggestion.text(for: name, among: names, prefix: SettingsEnvironment.prefix)
                throw UsageError(
                    "The configuration file \(path) has an unknown key \"\(LineLogHandler.escaped(name))\".\(suggestion)"
                )
            }
            values[setting] = try decoded[name].map { try text(of: $0, setting) }
        }
        return values
    }

    /// The text of one setting, even if others are wrong; `nil` if the file cannot be parsed.
    func text(_ setting: Setting) -> String? {
        guard let bytes = try? contents(),
            let values = try? JSONDecoder().decode([String: Value].self, from: Data(bytes)),
            case .text(let text) = values[setting.rawValue]
        else { return nil }
        return text
    }

    /// The file without a byte order mark, which some editors write.
    private func contents() throws -> [UInt8] {
        let bytes = try FileContents.read(path, what: "configuration")
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        return bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
    }

    private func text(of value: Value, _ setting: Setting) throws -> String {
        switch value {
        case .text(let text): return text
        case .list(let items):
            guard let separator = setting.separator else { break }
            return items.joined(separator: separator)
        case .other: break
        }
        let list = setting.separator == nil ? "" : ", or a list of strings"
        throw UsageError("\"\(setting.rawValue)\" in \(path) must be a string, an integer, true, or false\(list).")
    }

    /// The line and the column, in characters, both from 1.
    private func position(of error: JSONError, in bytes: [UInt8]) -> String {
        let before = bytes[..<min(error.offset, bytes.count)]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return "line \(line), column \(String(decoding: before[start...], as: UTF8.self).count + 1)"
    }

    private enum Value: Decodable {
        case text(String)
        case list([String])
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let flag = try? container.decode(Bool.self) {
                self = .text("\(flag)")
            } else if let integer = try? container.decode(Int.self) {
                self = .text("\(integer)")
            } else if let items = try? container.decode([String].self) {
                self = .list(items)
            } else {
                self = .other
            }
        }
    }
}
