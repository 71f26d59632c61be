import AssistantsStore
import Crypto

/// What rows are found and spread by: the first 128 bits of SHA-256 over an account and a text of its own.
enum AccountDigest {
    static func bytes(of text: String, in account: AccountSID) -> [UInt8] {
        // A SID has one length, so no two pairs give one text.
        Array(SHA256.hash(data: Array(account.text.utf8) + Array(text.utf8)).prefix(16))
    }
}
