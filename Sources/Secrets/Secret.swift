package import Crypto
import TextEncodings

/// An auth token or an API key's secret. What describes or mirrors it does not show it.
package struct Secret: Sendable, CustomStringConvertible, CustomReflectable {
    /// In characters, of a secret that somebody brings along.
    package static let minimumLength = 16

    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    /// `nil` where `text` is shorter than `minimumLength`, or holds a NUL or line break.
    package init?(checking text: String) {
        guard text.count >= Self.minimumLength, !text.utf8.contains(where: { $0 == 0 || $0 == 0x0A || $0 == 0x0D })
        else {
            return nil
        }
        self.text = text
    }

    /// 128 random bits as 32 hexadecimal digits.
    package static func random() -> Secret {
        Secret(SymmetricKey(size: .bits128).withUnsafeBytes(Hexadecimal.encode))
    }

    /// The SHA-256 of its bytes. `==` compares it with bytes in constant time.
    package var sha256: SHA256Digest { SHA256.hash(data: Array(text.utf8)) }

    /// `sha256` as stores keep it, to verify the secret.
    package var digest: [UInt8] { Array(sha256) }

    package var description: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
