import ArgumentParser
import AssistantsAPI
import AssistantsStore
import Foundation
import Logging
import Secrets

/// The account that a new data directory gets.
struct FirstAccount {
    let directory: DataDirectory
    let settings: Settings
    let logger: Logger

    func createIfNeeded(in store: any Store) async throws {
        let sid = try settings.value(.accountSID, allowed: AccountSID.form, AccountSID.init)
        let token = try settings.value(
            .authToken,
            allowed: "\(Secret.minimumLength) characters or longer",
            Secret.init(checking:)
        )
        guard (sid == nil) == (token == nil) else {
            throw UsageError("UNDERSTUDY_ACCOUNT_SID and UNDERSTUDY_AUTH_TOKEN go together: set both or none")
        }
        let accounts = try await store.accounts()
        guard accounts.isEmpty else {
            if let sid, !accounts.contains(where: { $0.sid == sid }) {
                logger.warning(
                    "UNDERSTUDY_ACCOUNT_SID is not used: the data directory has accounts, and this is none of them",
                    metadata: ["account_sid": "\(sid)"]
                )
            }
            return
        }
        let account = NewAccount(sid: sid ?? .random(), name: "", token: token ?? .random())
        try await account.create(in: store, directory, settings)
        if token == nil { try tell(account) }
    }

    /// Gives fresh credentials to whoever started the server.
    private func tell(_ account: NewAccount) throws {
        if isatty(STDOUT_FILENO) == 1 {
            print("Account SID: \(account.sid)\nAuth token:  \(account.token.text)")
        } else {
            let path = try directory.writeInitialCredentials(account.sid, account.token)
            logger.notice("a first account was made", metadata: ["account_sid": "\(account.sid)", "file": "\(path)"])
        }
    }
}
