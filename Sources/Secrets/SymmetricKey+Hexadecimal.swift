package import Crypto

extension SymmetricKey {
    /// Two lower-case digits a byte.
    package var hexadecimal: String {
        withUnsafeBytes { $0.map { String($0 >> 4, radix: 16) + String($0 & 0xF, radix: 16) }.joined() }
    }
}
