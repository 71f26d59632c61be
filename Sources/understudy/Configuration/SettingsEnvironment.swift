import Suggestions

/// The environment variables of the program, which begin with `UNDERSTUDY_`.
enum SettingsEnvironment {
    static let prefix = "UNDERSTUDY_"

    /// The settings' values as text.
    /// - Throws: `UsageError` for a variable that is no setting.
    static func read(_ environment: [String: String]) throws -> [Setting: String] {
        var values: [Setting: String] = [:]
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(prefix) {
            guard !isServiceLink(name, value) else { continue }
            guard let setting = Setting(variable: name) else {
                let names = Setting.allCases.map(\.variable)
                let suggestion = Suggestion.text(for: name, among: names, prefix: prefix)
                throw UsageError("Unknown environment variable \(name).\(suggestion)")
            }
            // As Compose's ${NAME:-} sets it.
            if !value.isEmpty { values[setting] = value }
        }
        return values
    }

    /// Whether Kubernetes has set the variable: it gives every container the addresses of the services in its namespace, and a
    /// service may be called `understudy` (https://kubernetes.io/docs/tutorials/services/connect-applications-service/).
    private static func isServiceLink(_ name: String, _ value: String) -> Bool {
        name.contains(/_SERVICE_HOST$|_SERVICE_PORT(_\w+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?$/)
            || name.hasSuffix("_PORT") && value.contains(/^(tcp|udp|sctp):\/\//)
    }
}
