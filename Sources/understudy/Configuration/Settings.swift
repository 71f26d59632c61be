import ArgumentParser
import Configuration
import Foundation
import SystemPackage

/// Reads options: from the command line, else from the environment, else from the configuration file.
struct Settings {
    private let reader: ConfigReader

    /// - Parameters:
    ///   - texts: what the command line gave, by the option's name without its dashes.
    ///   - integers: the same of numbers.
    init(
        _ common: CommonOptions,
        texts: KeyValuePairs<String, String?> = [:],
        integers: KeyValuePairs<String, Int?> = [:]
    ) async throws {
        var given: [AbsoluteConfigKey: ConfigValue] = [:]
        given["data-directory"] = common.dataDirectory.map { .init(stringLiteral: $0) }
        for (name, text) in texts { given[[name]] = text.map { .init(stringLiteral: $0) } }
        for (name, integer) in integers { given[[name]] = integer.map { .init(integerLiteral: $0) } }
        let environment = EnvironmentVariablesProvider(
            secretsSpecifier: .specific(["UNDERSTUDY_AUTH_TOKEN", "UNDERSTUDY_SECRET_KEY"])
        )
        var providers: [any ConfigProvider] = [
            InMemoryProvider(name: "command line", values: given),
            environment.prefixKeys(with: "understudy"),
        ]
        if let path = common.configFile ?? ProcessInfo.processInfo.environment["UNDERSTUDY_CONFIG_FILE"] {
            do {
                providers.append(try await FileProvider<JSONSnapshot>(filePath: FilePath(path)))
            } catch {
                throw ValidationError("The configuration file \(path) cannot be read: \(error)")
            }
        }
        reader = ConfigReader(providers: providers)
    }

    /// `nil` where it is not set.
    /// - Throws: `ValidationError` where it is no text.
    func text(_ name: String) async throws -> String? {
        do {
            return try await reader.fetchString(forKey: [name])
        } catch {
            throw ValidationError("\(name) must be text: \(error)")
        }
    }

    /// `nil` where it is not set.
    /// - Throws: `ValidationError` where it is no integer.
    func integer(_ name: String) async throws -> Int? {
        do {
            return try await reader.fetchInt(forKey: [name])
        } catch {
            throw ValidationError("\(name) must be an integer: \(error)")
        }
    }

    /// `nil` where it is not set.
    /// - Throws: `ValidationError` where `make` returns `nil`.
    func value<Value>(_ name: String, allowed: String, _ make: (String) -> Value?) async throws -> Value? {
        guard let text = try await text(name) else { return nil }
        guard let value = make(text) else { throw ValidationError("\(name) must be \(allowed)") }
        return value
    }

    func dataDirectory() async throws -> DataDirectory {
        DataDirectory(path: try await text("data-directory") ?? "data")
    }
}
