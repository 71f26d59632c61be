import ArgumentParser
import Foundation
import Logging

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Print the settings that `understudy serve` would use, and check them.",
        discussion: """
            Takes the options of `understudy serve`. Each setting is printed with its value and where that comes from; secrets are masked. \
            Exit code 64 if a setting is not valid.

            Example:
              understudy config --config-file understudy.json
            """
    )

    @OptionGroup var common: CommonOptions

    @OptionGroup var arguments: ServeArguments

    @OptionGroup var replies: ReplyArguments

    @OptionGroup var output: FormatOption

    func run() async throws {
        let given = arguments.given.merging(replies.given) { $1 }.merging([.format: output.format?.rawValue]) { $1 }
        let settings = try Settings(common, given)
        let rows = Setting.ofServer.map { Row($0, settings.value(of: $0)) }
        let width = rows.map(\.name.count).max() ?? 0
        try settings.format().print(
            rows,
            text: rows.map { row in
                let name = row.name.padding(toLength: width, withPad: " ", startingAt: 0)
                return "\(name)  \(row.value ?? "-")  (\(row.source))"
            }.joined(separator: "\n")
        )
        try check(settings)
    }

    /// Reads every setting as `understudy serve` does.
    private func check(_ settings: Settings) throws {
        let logger = Logger(label: LineLogHandler.label)
        let options = try ServeOptions(settings)
        var server = options.server
        try server.readReplies(from: settings, logger: logger)
        _ = try options.certificate?.reloader(logger: logger)
        _ = try settings.storeLocation()
        _ = try settings.dataDirectory()
        _ = try settings.flag(.existing)
        _ = try FirstAccount(settings)
        _ = try settings.sealingKey()
    }

    /// A setting as JSON.
    private struct Row: Encodable {
        let name: String
        /// `nil` if it has none.
        let value: String?
        let source: String

        init(_ setting: Setting, _ value: Settings.Value?) {
            name = setting.rawValue
            self.value = value.map { setting.masked($0.text) } ?? setting.standard
            if let value, value.setting != setting {
                source = value.name
                return
            }
            source =
                switch value?.source {
                case .commandLine: "command line"
                case .environment: setting.variable
                case .file(let path): path
                case nil: setting.standard == nil ? "not set" : "default"
                }
        }
    }
}
