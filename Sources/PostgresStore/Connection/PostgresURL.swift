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
            let options = PQconninfoParse(url, nil)
        else { return false }
        defer { PQconninfoFree(options) }
        // A port that is none may be the beginning of a password.
        var option = options
        while let keyword = option.pointee.keyword {
            if String(cString: keyword) == "port", let value = option.pointee.val {
                return String(cString: value).split(separator: ",").allSatisfy { UInt16($0).map { $0 > 0 } ?? false }
            }
            option += 1
        }
        return true
    }
}
