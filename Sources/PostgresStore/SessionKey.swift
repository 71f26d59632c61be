import AssistantsStore
import Crypto

/// What every row of a session begins with: the first 128 bits of SHA-256 over the account and the session's id. It spreads
/// the sessions evenly, also those of one account, and is known without asking.
struct SessionKey {
    let bytes: [UInt8]

    init(_ session: SessionID, in account: AccountSID) {
        // A SID has one length, so no two pairs give one text.
        let digest = SHA256.hash(data: Array(account.text.utf8) + Array(session.text.utf8))
        bytes = Array(digest.prefix(16))
    }

    /// For bytes that the database gave.
    init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}
