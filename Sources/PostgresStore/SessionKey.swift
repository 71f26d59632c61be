import AssistantsStore
import Crypto
import Digests

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

/// What rows are found and spread by: the first 128 bits of SHA-256 over an account and a text of its own.
enum AccountDigest {
    static func bytes(of text: String, in account: AccountSID) -> [UInt8] {
        // A SID has one length, so no two pairs give one text.
        let digest = SHA256.hash(data: Array(account.text.utf8) + Array(text.utf8))
        return withUnsafeBytes(of: digest.first128Bits.bigEndian) { Array($0) }
    }
}
