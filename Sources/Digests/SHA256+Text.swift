package import Crypto

extension SHA256 {
    /// Hashes a text behind its length, so that different sequences of texts are never hashed as the same bytes.
    package mutating func update(_ text: String) {
        var (length, text) = ("\(text.utf8.count):", text)
        length.withUTF8 { update(bufferPointer: UnsafeRawBufferPointer($0)) }
        text.withUTF8 { update(bufferPointer: UnsafeRawBufferPointer($0)) }
    }
}
