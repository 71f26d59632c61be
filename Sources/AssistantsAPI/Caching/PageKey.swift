import AssistantsStore
import Crypto
import Digests
import HTTPTransport
import NIOHTTP1

/// Which page it is that a request asks for, and in which form: all that the answer depends on but the session's messages.
struct PageKey: Hashable {
    let account: AccountSID
    /// What the URLs in the answer begin with.
    let baseURL: String
    /// Path and query as they came.
    let target: String
    /// What the client takes, though a short answer stays plain: an answer that is compressed has a tag of its own (RFC 9110,
    /// section 8.8.3.3).
    let coding: ContentCoding

    init(account: AccountSID, baseURL: String, target: String, coding: ContentCoding = .identity) {
        self.account = account
        self.baseURL = baseURL
        self.target = target
        self.coding = coding
    }

    init(_ request: APIRequest, in account: AccountSID) {
        self.init(account: account, baseURL: request.baseURL, target: request.http.target, coding: request.coding)
    }

    /// SHA-256 over a secret, the key and what pages look like, and more; the same for every server that has the secret.
    func digest(with secret: [UInt8], _ content: [UInt8]) -> SHA256Digest {
        var hash = SHA256()
        hash.update(data: secret)
        hash.update(MessageRepresentation.form)
        hash.update(account.text)
        hash.update(baseURL)
        hash.update(target)
        hash.update(coding.rawValue)
        hash.update(data: content)
        return hash.finalize()
    }
}
