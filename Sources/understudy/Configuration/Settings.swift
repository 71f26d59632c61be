import AssistantsAPI
import AssistantsStore
import Foundation
import Secrets

/// Reads settings: from the command line, else from the environment, else from the configuration file.
struct Settings {
    struct Value {
        let text: String
        let source: SettingSource
        /// The one that was set: an earlier name, perhaps.
        let setting: Setting

        /// What a person has to change to change the value.
        var name: String { source.name(of: setting) }
    }

    private let values: [Setting: Value]

    /// - Parameter given: what the command line gave, beside `common`.
    /// - Throws: `UsageError` for a variable or a key of the file that is no setting.
    init(_ common: CommonOptions, _ given: [Setting: (any CustomStringConvertible)?] = [:]) throws {
        let environment = try SettingsEnvironment.read(ProcessInfo.processInfo.environment)
        var commandLine = given.compactMapValues { $0.map { "\($0)" } }
        commandLine[.dataDirectory] = common.dataDirectory
        commandLine[.databaseURL] = common.databaseURL
        commandLine[.configFile] = common.configFile
        var values: [Setting: Value] = [:]
        func add(_ texts: [Setting: String], from source: SettingSource) throws {
            // Earlier names come first: current ones of the same source win.
            for (setting, text) in texts {
                guard let replacement = setting.replacement else { continue }
                values[replacement] = Value(
                    text: try Self.current(text, of: setting, from: source),
                    source: source,
                    setting: setting
                )
            }
            for (setting, text) in texts where setting.replacement == nil {
                values[setting] = Value(text: text, source: source, setting: setting)
            }
        }
        if let path = commandLine[.configFile] ?? environment[.configFile] {
            try add(try SettingsFile(path: path).read(), from: .file(path))
        }
        try add(environment, from: .environment)
        try add(commandLine, from: .commandLine)
        self.values = values
    }

    // MARK: Any setting; `nil` if it is not set

    func value(of setting: Setting) -> Value? { values[setting] }

    func text(_ setting: Setting) -> String? { values[setting]?.text }

    /// - Throws: `UsageError` for text that is not an integer in the range.
    func integer(_ setting: Setting, in range: ClosedRange<Int>) throws -> Int? {
        try value(setting, allowed: "an integer from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A flag that is not set is off.
    /// - Throws: `UsageError` for text that is neither true nor false.
    func flag(_ setting: Setting) throws -> Bool {
        guard let given = values[setting] else { return false }
        return try Self.flag(given.text, given.name)
    }

    /// The value for the replacement of a setting under an earlier name.
    private static func current(_ text: String, of setting: Setting, from source: SettingSource) throws -> String {
        guard setting == .allowPrivateCallbacks else { return text }
        return try flag(text, source.name(of: setting)) ? PrivateDestination.webhooks.rawValue : ""
    }

    private static func flag(_ text: String, _ name: String) throws -> Bool {
        switch text.lowercased() {
        case "true", "yes", "1": return true
        case "false", "no", "0": return false
        default: throw UsageError("\(name) must be true or false.")
        }
    }

    /// - Throws: `UsageError` where `make` returns `nil`. It does not repeat the value, which may be a secret.
    func value<Value>(_ setting: Setting, allowed: String, _ make: (String) -> Value?) throws -> Value? {
        guard let given = values[setting] else { return nil }
        guard let value = make(given.text) else {
            throw UsageError("\(given.name) must be \(allowed).")
        }
        return value
    }

    /// The items of a list; none if it is not set.
    /// - Throws: `UsageError` for one that is unknown.
    func names<Name: CaseIterable & RawRepresentable<String>>(
        _ setting: Setting,
        of type: Name.Type
    ) throws -> [Name] {
        guard let given = values[setting], !given.text.isEmpty else { return [] }
        return try given.text.split(separator: ",").map { part in
            let part = part.trimmingCharacters(in: .whitespaces)
            guard let value = Name(rawValue: part) else {
                let allowed = Name.allCases.map(\.rawValue).joined(separator: ", ")
                throw UsageError(
                    "\(given.name) has an unknown value \"\(part)\". Allowed: \(allowed)."
                )
            }
            return value
        }
    }

    // MARK: Settings of several commands

    /// The PostgreSQL database to use instead of the data directory's; `nil` to use the directory's.
    /// - Throws: `UsageError` if the command line names a data directory, and something else a database.
    func postgresDatabase() throws -> PostgresDatabase? {
        let database = try value(.databaseURL, allowed: PostgresDatabase.form, PostgresDatabase.init)
        if values[.dataDirectory]?.source == .commandLine, let url = values[.databaseURL], url.source != .commandLine {
            let name = url.name
            throw UsageError(
                """
                --data-directory and \(name) name two stores. Remove \(name) to use the directory, or give --database-url, too, \
                to use PostgreSQL with the encryption key of the directory.
                """
            )
        }
        return database
    }

    func storeLocation() throws -> StoreLocation {
        if let database = try postgresDatabase() { return .postgres(database) }
        return .directory(try dataDirectory())
    }

    /// - Parameter alternative: what does the same for PostgreSQL.
    /// - Throws: `CommandError` where a PostgreSQL database is used instead of the data directory's.
    func requireDirectory(else alternative: String) throws {
        guard try postgresDatabase() == nil else {
            let name = values[.databaseURL]?.name ?? ""
            throw CommandError("This command works on a data directory, and \(name) is set. \(alternative)")
        }
    }

    func dataDirectory() throws -> DataDirectory {
        let path = text(.dataDirectory) ?? DataDirectory.standardPath
        // The value may hold a password, so the error does not repeat it.
        guard DataDirectory.canBePath(path) else {
            let name = values[.dataDirectory]?.name ?? ""
            throw UsageError("\(name) must be a directory. Name a PostgreSQL database with --database-url.")
        }
        return DataDirectory(path: path)
    }

    /// - Throws: `UsageError` if it is not set.
    func account() throws -> AccountSID {
        guard let account = try value(.account, allowed: AccountSID.form, AccountSID.init) else {
            throw UsageError(
                "--account is required: the SID (AC…) of the account. List accounts with `understudy account list`."
            )
        }
        return account
    }

    /// The key that encrypts secrets in the database, if it does not come from the data directory.
    func sealingKey() throws -> SealingKey? {
        try value(.secretKey, allowed: "64 hexadecimal digits", SealingKey.init(hexadecimal:))
    }

    func format() throws -> OutputFormat {
        let allowed = OutputFormat.allCases.map(\.rawValue).joined(separator: " or ")
        return try value(.format, allowed: allowed, OutputFormat.init(rawValue:)) ?? .text
    }
}
