import ArgumentParser
import AssistantsAPI
import AssistantsStore
import Secrets

struct AccountCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make an account and print its credentials.",
        discussion: """
            Programs keep the credentials that they have when they are given here.

            Example:
              understudy account create --data-directory data --sid AC0123456789abcdef0123456789abcdef \
            --auth-token-file token.txt --format json
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: FormatOption

    @Option(help: "What people call the account.")
    var name: String?

    @Option(
        help: ArgumentHelp(
            "The account's SID: AC and 32 hexadecimal digits.",
            discussion: "The default is a fresh one."
        )
    )
    var sid: String?

    @Option(
        help: ArgumentHelp(
            "A file with the account's auth token, or - for standard input.",
            discussion: "16 characters or more; a line break at the end is left out. The default is a fresh token.",
            valueName: "file"
        )
    )
    var authTokenFile: String?

    func run() async throws {
        let settings = try await Settings(
            common,
            texts: ["name": name, "sid": sid, "auth-token-file": authTokenFile, "format": output.format?.rawValue]
        )
        let sid = try await settings.value("sid", allowed: "AC and 32 hexadecimal digits", AccountSID.init)
        let token = try await settings.text("auth-token-file").map(readToken)
        let account = NewAccount(
            sid: sid ?? .random(),
            name: try await settings.text("name") ?? "",
            token: token ?? .random()
        )
        let format = try await settings.format()
        let directory = try await settings.dataDirectory()
        try directory.create()
        let store = try await settings.storeLocation().open()
        try await account.create(in: store, directory, settings)
        try format.print(
            ["sid": account.sid.text, "auth_token": account.token.text, "name": account.name],
            text: "Account SID: \(account.sid)\nAuth token:  \(account.token.text)"
        )
    }

    /// - Parameter path: of a file, or `-` for standard input.
    private func readToken(_ path: String) throws -> Secret {
        guard let token = Secret(checking: try SecretFile.read(path, what: "auth token")) else {
            throw CommandError("The auth token must be text of \(Secret.minimumLength) characters or more")
        }
        return token
    }
}
