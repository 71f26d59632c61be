import ArgumentParser
import AssistantsStore
import Foundation

struct AccountDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete an account with its keys, assistants, tools, sessions, and messages.",
        discussion: """
            Nothing brings them back but a backup. The credentials stop working within a second, also in servers that are running. \
            If the command is interrupted, run it again.

            Example:
              understudy account delete --data-directory data --account AC0123456789abcdef0123456789abcdef
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var owner: AccountOption

    @Flag(help: "Delete without asking.")
    var yes = false

    func run() async throws {
        let settings = try Settings(common, [.account: owner.account])
        let account = try settings.account()
        let store = try await settings.storeLocation().openExisting()
        guard let name = try await store.accounts().first(where: { $0.sid == account })?.name else {
            throw StoreError.notFound(.account(account))
        }
        if !yes { try confirm(account, named: name) }
        try await store.close(account)
        // Servers remember credentials for less.
        try await Task.sleep(for: .seconds(1))
        do {
            try await store.delete(account)
        } catch {
            throw CommandError("The account is closed, but not deleted yet. Run the command again. Reason: \(error)")
        }
        print("Deleted the account \(account)")
    }

    /// - Throws: an error unless the person at the terminal types the account's SID.
    private func confirm(_ account: AccountSID, named name: String) throws {
        guard isatty(STDIN_FILENO) == 1 else {
            throw UsageError("--yes is required if standard input is not a terminal.")
        }
        let shownName = name.isEmpty ? "" : " (\(name))"
        FileHandle.standardError.write(
            Data("This deletes \(account)\(shownName) and everything it owns. Type its SID to confirm: ".utf8)
        )
        guard readLine() == account.text else { throw CommandError("Nothing was deleted.") }
    }
}
