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
        try await account.create(in: directory.openStore(), directory, settings)
        try format.print(
            ["sid": account.sid.text, "auth_token": account.token.text, "name": account.name],
            text: "Account SID: \(account.sid)\nAuth token:  \(account.token.text)"
        )
    }

    /// - Parameter path: of a file, or `-` for standard input.
    private func readToken(_ path: String) throws -> Secret {
        let data: Data
        do {
            // A handle, not `Data(contentsOf:)`, which does not read pipes.
            let file =
                try path == "-"
                ? FileHandle.standardInput : FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            data = try file.readToEnd() ?? Data()
        } catch {
            throw CommandError("The auth token cannot be read from \(path): \(error.localizedDescription)")
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
