package import Crypto

extension SHA256 {
    /// Takes a text in, with its length before it: texts that follow each other cannot be taken for others.
    package mutating func update(_ text: String) {
        var (length, text) = ("\(text.utf8.count):", text)
        length.withUTF8 { update(bufferPointer: UnsafeRawBufferPointer($0)) }
        text.withUTF8 { update(bufferPointer: UnsafeRawBufferPointer($0)) }
    }
}
