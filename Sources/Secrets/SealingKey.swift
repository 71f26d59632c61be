import Crypto
import Foundation
import TextEncodings

/// The key that encrypts auth tokens and other secrets. It is stored outside the database, which alone does not reveal them.
package struct SealingKey: Sendable {
    private let key: SymmetricKey

    package static func random() -> SealingKey {
        SealingKey(key: SymmetricKey(size: .bits256))
    }

    /// - Returns: `nil` where `text` is not 64 hexadecimal digits.
    package init?(hexadecimal text: String) {
        guard let bytes = Hexadecimal.decode(text), bytes.count == 32 else { return nil }
        key = SymmetricKey(data: bytes)
    }

    private init(key: SymmetricKey) {
        self.key = key
    }

    package var hexadecimal: String { key.withUnsafeBytes(Hexadecimal.encode) }

    /// AES-256-GCM: nonce, ciphertext and tag.
    package func seal(_ secret: Secret) throws -> [UInt8] {
        guard let sealed = try AES.GCM.seal(Array(secret.text.utf8), using: key).combined else {
            throw CryptoKitError.incorrectParameterSize
        }
        return Array(sealed)
    }

    /// What was sealed under this key.
    /// - Throws: `CryptoKitError` where it was sealed under another, or altered.
    package func open(_ sealed: [UInt8]) throws -> Secret {
        Secret(String(decoding: try AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: key), as: UTF8.self))
    }
}
