import AssistantsStore

/// What every row of a session begins with: the digest of the account and the session's id. It spreads the sessions
/// evenly, also those of one account, and is known without asking.
struct SessionKey {
    let bytes: [UInt8]

    init(_ session: SessionID, in account: AccountSID) {
        bytes = AccountDigest.bytes(of: session.text, in: account)
    }

    /// For bytes that the database gave.
    init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}
