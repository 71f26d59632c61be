import AssistantsStore
import Crypto
import HTTPTypes
import HummingbirdCore

/// Which page it is that a request asks for, and in which form: all that the answer depends on but the session's messages.
struct PageKey: Hashable {
    let account: AccountSID
    /// What the URLs in the answer begin with.
    let baseURL: String
    /// Path and query as they came.
    let target: String

    init(account: AccountSID, baseURL: String, target: String) {
        self.account = account
        self.baseURL = baseURL
        self.target = target
    }

    init(_ call: Call, in account: AccountSID) {
        self.init(account: account, baseURL: call.baseURL, target: call.request.head.path ?? "/")
    }

    /// The first 11 bytes of SHA-256 over it and what pages look like, the same for every server.
    var digest: [UInt8] {
        var hash = SHA256()
        for text in [MessageRepresentation.form, account.text, baseURL, target] {
            hash.update(data: Array("\(text.utf8.count):\(text)".utf8))
        }
        return Array(hash.finalize().prefix(11))
    }
}
