import AssistantsAPI
import AssistantsStore
import Foundation
import Logging
import Secrets

/// The account that a database without accounts gets.
struct FirstAccount {
    private let sid: AccountSID?
    private let token: Secret?
    private let settings: Settings

    /// - Throws: `UsageError` for credentials that no account can have.
    init(_ settings: Settings) throws {
        self.settings = settings
        sid = try settings.value(.accountSID, allowed: AccountSID.form, AccountSID.init)
        token = try settings.value(
            .authToken,
            allowed: "\(Secret.minimumLength) characters or longer",
            Secret.init(checking:)
        )
        guard (sid == nil) == (token == nil) else {
            throw UsageError("UNDERSTUDY_ACCOUNT_SID and UNDERSTUDY_AUTH_TOKEN go together: set both or none.")
        }
    }

    /// - Parameters:
    ///   - directory: where fresh credentials are stored, unless a person reads them from the terminal.
    ///   - mayPrint: whether standard output is for people.
    func createIfNeeded(
        in store: any Store,
        _ directory: DataDirectory,
        mayPrint: Bool,
        _ logger: Logger
    ) async throws {
        let accounts = try await store.accounts()
        guard accounts.isEmpty else {
            if let sid, !accounts.contains(where: { $0.sid == sid }) {
                logger.warning(
                    "UNDERSTUDY_ACCOUNT_SID is not used: the database has accounts, and this is none of them",
                    metadata: ["account_sid": "\(sid)"]
                )
            }
            return
        }
        guard try !settings.flag(.existing) else {
            let command =
                try settings.postgresDatabase() == nil
                ? "`understudy account create --data-directory \(directory.path)`"
                : "`understudy account create` with the server's --database-url"
            throw CommandError("The database has no account. Create one: \(command).")
        }
        let account = NewAccount(sid: sid ?? .random(), name: "", token: token ?? .random())
        let isPrinted = mayPrint && isatty(STDOUT_FILENO) == 1
        var path: String?
        // Before the account exists: nobody could log in if they could not be stored afterwards.
        if token == nil, !isPrinted { path = try directory.writeInitialCredentials(account.sid, account.token) }
        do {
            try await account.create(in: store, directory, settings)
        } catch {
            // They would open nothing.
            if let path { unlink(path) }
            throw error
        }
        if let path {
            logger.notice(
                "Created the first account",
                metadata: ["account_sid": "\(account.sid)", "file": "\(path)"]
            )
        } else if token == nil {
            print("Account SID: \(account.sid)\nAuth token:  \(account.token.text)")
        }
    }
}
