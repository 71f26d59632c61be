import ArgumentParser
import AssistantsAPI
import AssistantsStore
import Configuration
import Foundation
import Secrets
import SystemPackage

/// Reads options: from the command line, else from the environment, else from the configuration file.
struct Settings {
    private let reader: ConfigReader

    /// - Parameters:
    ///   - texts: what the command line gave, by the option's name without its dashes.
    ///   - integers: the same of numbers.
    ///   - flags: the same of what is on or off.
    init(
        _ common: CommonOptions,
        texts: [String: String?] = [:],
        integers: [String: Int?] = [:],
        flags: [String: Bool] = [:]
    ) async throws {
        var given: [AbsoluteConfigKey: ConfigValue] = [:]
        given["data-directory"] = common.dataDirectory.map { .init(stringLiteral: $0) }
        given["database-url"] = common.databaseURL.map { .init(stringLiteral: $0) }
        for (name, text) in texts { given[[name]] = text.map { .init(stringLiteral: $0) } }
        for (name, integer) in integers { given[[name]] = integer.map { .init(integerLiteral: $0) } }
        for (name, flag) in flags { given[[name]] = .init(booleanLiteral: flag) }
        var providers: [any ConfigProvider] = [
            InMemoryProvider(name: "command line", values: given),
            EnvironmentVariablesProvider().prefixKeys(with: "understudy"),
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

    // MARK: Any option; `nil` where it is not set

    /// - Throws: `ValidationError` where it is no text.
    func text(_ name: String) async throws -> String? {
        do {
            return try await reader.fetchString(forKey: [name])
        } catch {
            throw ValidationError("\(name) must be text: \(error)")
        }
    }

    /// - Throws: `ValidationError` where it is no integer.
    func integer(_ name: String) async throws -> Int? {
        do {
            return try await reader.fetchInt(forKey: [name])
        } catch {
            throw ValidationError("\(name) must be an integer: \(error)")
        }
    }

    /// - Throws: `ValidationError` where it is not in the range.
    func integer(_ name: String, in range: ClosedRange<Int>) async throws -> Int? {
        guard let integer = try await integer(name) else { return nil }
        guard range.contains(integer) else {
            throw ValidationError("\(name) must be from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    /// What is not set is off.
    /// - Throws: `ValidationError` where it is neither true nor false.
    func flag(_ name: String) async throws -> Bool {
        do {
            return try await reader.fetchBool(forKey: [name]) ?? false
        } catch {
            throw ValidationError("\(name) must be true or false: \(error)")
        }
    }

    /// - Throws: `ValidationError` where `make` returns `nil`.
    func value<Value>(_ name: String, allowed: String, _ make: (String) -> Value?) async throws -> Value? {
        guard let text = try await text(name) else { return nil }
        guard let value = make(text) else { throw ValidationError("\(name) must be \(allowed)") }
        return value
    }

    /// Names with commas between them; none where it is not set.
    /// - Throws: `ValidationError` where one is unknown.
    func names<Name: CaseIterable & RawRepresentable<String>>(
        _ name: String,
        of type: Name.Type
    ) async throws -> [Name] {
        guard let text = try await text(name), !text.isEmpty else { return [] }
        return try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            let part = part.trimmingCharacters(in: .whitespaces)
            guard let value = Name(rawValue: part) else {
                let allowed = Name.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("\(name) has no value \"\(part)\". Give one or more of these: \(allowed)")
            }
            return value
        }
    }

    // MARK: Options of several commands

    /// The PostgreSQL database that is used in place of the data directory's; `nil` where it is the latter.
    func postgresDatabase() async throws -> PostgresDatabase? {
        try await value("database-url", allowed: PostgresDatabase.form, PostgresDatabase.init)
    }

    func storeLocation() async throws -> StoreLocation {
        if let database = try await postgresDatabase() { return .postgres(database) }
        return .directory(try await dataDirectory())
    }

    /// - Parameter alternative: what does the same for PostgreSQL.
    /// - Throws: `CommandError` where a PostgreSQL database is used in place of the data directory's.
    func requireDirectory(else alternative: String) async throws {
        guard try await postgresDatabase() == nil else {
            throw CommandError(
                "This is for the database of a data directory, and --database-url is set: \(alternative)"
            )
        }
    }

    func dataDirectory() async throws -> DataDirectory {
        let path = try await text("data-directory") ?? "data"
        // The value may hold a password, so the error does not repeat it.
        guard DataDirectory.canBePath(path) else {
            throw ValidationError("data-directory must be a directory; name a PostgreSQL database with --database-url")
        }
        return DataDirectory(path: path)
    }

    /// - Throws: `ValidationError` where it is not set.
    func account() async throws -> AccountSID {
        guard let account = try await value("account", allowed: "AC and 32 hexadecimal digits", AccountSID.init) else {
            throw ValidationError("--account is missing: it says whose data this is about")
        }
        return account
    }

    /// The key that secrets in the database are sealed with, where it is not to come from the data directory.
    func sealingKey() async throws -> SealingKey? {
        try await value("secret-key", allowed: "64 hexadecimal digits", SealingKey.init(hexadecimal:))
    }

    func format() async throws -> OutputFormat {
        let allowed = OutputFormat.allCases.map(\.rawValue).joined(separator: " or ")
        return try await value("format", allowed: allowed, OutputFormat.init(rawValue:)) ?? .text
    }
}
