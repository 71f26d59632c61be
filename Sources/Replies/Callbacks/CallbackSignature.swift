import Crypto
import Foundation
import Secrets

/// What a receiver knows a callback by: base64 of HMAC-SHA1, under the account's auth token, of the URL and the fields of
/// the form, sorted by name, each name followed by its value. SDKs have validators for it.
enum CallbackSignature {
    static func sign(url: String, fields: [(name: String, value: String)], token: Secret) -> String {
        let sorted = fields.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        let text = url + sorted.map { $0.name + $0.value }.joined()
        let key = SymmetricKey(data: Array(token.text.utf8))
        return Data(HMAC<Insecure.SHA1>.authenticationCode(for: Array(text.utf8), using: key)).base64EncodedString()
    }
}
