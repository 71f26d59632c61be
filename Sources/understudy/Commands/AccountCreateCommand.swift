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
        let settings = try Settings(
            common,
            [.name: name, .sid: sid, .authTokenFile: authTokenFile, .format: output.format?.rawValue]
        )
        let sid = try settings.value(.sid, allowed: AccountSID.form, AccountSID.init)
        let token = try settings.text(.authTokenFile).map(readToken)
        let account = NewAccount(
            sid: sid ?? .random(),
            name: settings.text(.name) ?? "",
            token: token ?? .random()
        )
        let format = try settings.format()
        let directory = try settings.dataDirectory()
        let location = try settings.storeLocation()
        try directory.create()
        let store = try await location.open()
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
