import CLibpq

/// A database's URL, of which libpq's errors would repeat parts: those of a password that is not percent-encoded, too.
enum PostgresURL {
    static let problem = """
        its URL is not valid, or has a parameter that libpq does not know. In the user name and the password, percent-encode every \
        character that is neither a letter nor a digit: @ as %40, / as %2F, : as %3A, ? as %3F, # as %23, % as %25
        """

    /// Whether libpq takes the URL for what its author meant.
    static func isValid(_ url: String) -> Bool {
        // libpq takes the first @ for the end of the password, unless a / comes before, and what follows for the host.
        let parts = url.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count <= 2, let authority = url.firstRange(of: "://").map({ url[$0.upperBound...] }),
            parts.count == 1 || !authority.prefix(while: { $0 != "@" }).contains("/"),
            let options = options(of: url)
        else { return false }
        // A port that is none may be the beginning of a password.
        return (options["port"] ?? "").split(separator: ",").allSatisfy { UInt16($0).map { $0 > 0 } ?? false }
    }

    /// What people need to know to tell databases apart: never the password.
    static func summary(of url: String) -> String {
        guard isValid(url), let options = options(of: url) else { return "PostgreSQL" }
        let ports = (options["port"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        let hosts = (options["host"] ?? options["hostaddr"] ?? "the local socket").split(separator: ",")
        let addresses = hosts.enumerated().map { index, host in
            // One port is that of every host.
            let port = ports.count == 1 ? ports[0] : index < ports.count ? ports[index] : ""
            guard !port.isEmpty else { return String(host) }
            return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
        let name = (options["dbname"] ?? options["user"]).map { "\($0) " } ?? ""
        return "PostgreSQL database \(name)on \(addresses.joined(separator: ","))"
    }

    /// The options that the URL sets, by libpq's names for them; `nil` if libpq does not understand it.
    private static func options(of url: String) -> [String: String]? {
        guard let first = PQconninfoParse(url, nil) else { return nil }
        defer { PQconninfoFree(first) }
        var options: [String: String] = [:]
        var option = first
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { options[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return options
    }
}
