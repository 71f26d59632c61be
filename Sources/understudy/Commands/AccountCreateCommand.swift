import ArgumentParser
import AssistantsAPI
import AssistantsStore
import Foundation

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

    @Option(help: "What people call the account.")
    var name = ""

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

    @Option(help: "How to print the credentials.")
    var format = OutputFormat.text

    func run() async throws {
        let settings = try await Settings(common)
        let account = NewAccount(sid: try givenSID() ?? .random(), name: name, token: try givenToken() ?? .random())
        let directory = try await settings.dataDirectory()
        try directory.create()
        try await account.create(in: directory.openStore(), directory, settings)
        try format.print(
            ["sid": account.sid.text, "auth_token": account.token.text, "name": account.name],
            text: "Account SID: \(account.sid)\nAuth token:  \(account.token.text)"
        )
    }

    private func givenSID() throws -> AccountSID? {
        guard let sid else { return nil }
        guard let valid = AccountSID(sid) else { throw ValidationError("--sid must be AC and 32 hexadecimal digits") }
        return valid
    }

    private func givenToken() throws -> Secret? {
        guard let authTokenFile else { return nil }
        let data: Data
        do {
            // A handle, not `Data(contentsOf:)`, which does not read pipes.
            let file =
                try authTokenFile == "-"
                ? FileHandle.standardInput : FileHandle(forReadingFrom: URL(fileURLWithPath: authTokenFile))
            data = try file.readToEnd() ?? Data()
        } catch {
            throw CommandError("The auth token cannot be read from \(authTokenFile): \(error.localizedDescription)")
        }
        var bytes = Array(data)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self), let token = Secret(checking: text) else {
            throw CommandError("The auth token must be text of \(Secret.minimumLength) characters or more")
        }
        return token
    }
}
