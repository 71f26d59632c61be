internal import CBuildCommit

/// Which program this is.
package enum BuildInformation {
    /// The version, here and nowhere else: packages take theirs from `understudy --version`.
    package static let version = "0.1.0"

    /// The abbreviated id of the commit that the program was built from; empty if the build was not told, as outside of a Git checkout.
    package static let commit = String(cString: buildCommit())

    /// The version, with the commit if it is known, as `--version` prints it.
    package static var text: String { commit.isEmpty ? version : "\(version) (commit \(commit))" }
}
