import Foundation
import Secrets

/// A user name and password of Basic authentication (RFC 7617).
struct BasicCredentials {
    let userName: String
    let password: Secret

    /// - Parameter header: the value of `Authorization`.
    /// - Returns: `nil` where it is not of that scheme or not well-formed, or either part is empty.
    init?(header: String) {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "basic",
            let data = Data(base64Encoded: String(parts[1].drop { $0 == " " })),
            let text = String(validating: data, as: UTF8.self),
            let colon = text.utf8.firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        userName = String(text[..<colon])
        password = Secret(String(text[text.utf8.index(after: colon)...]))
        guard !userName.isEmpty, !password.text.isEmpty else { return nil }
    }
}
