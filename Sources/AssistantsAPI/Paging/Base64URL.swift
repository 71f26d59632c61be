/// base64url (RFC 4648, section 5) of whole groups: 3 bytes are 4 letters, so there is neither padding nor a second way
/// to write the same bytes.
enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func encodedLength(of count: Int) -> Int {
        count / 3 * 4
    }

    /// - Parameters:
    ///   - prefix: ASCII that stands before it.
    ///   - suffix: ASCII that stands behind it.
    /// - Precondition: the number of bytes is a multiple of 3.
    static func encode(_ bytes: [UInt8], between prefix: StaticString = "", and suffix: StaticString = "") -> String {
        precondition(bytes.count % 3 == 0, "only whole groups have one form")
        let length = prefix.utf8CodeUnitCount + encodedLength(of: bytes.count) + suffix.utf8CodeUnitCount
        return String(unsafeUninitializedCapacity: length) { letters in
            var end = 0
            func append(_ letter: UInt8) {
                letters[end] = letter
                end += 1
            }
            prefix.withUTF8Buffer { $0.forEach(append) }
            for index in stride(from: 0, to: bytes.count, by: 3) {
                let group = Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
                append(alphabet[group >> 18])
                append(alphabet[group >> 12 & 0x3F])
                append(alphabet[group >> 6 & 0x3F])
                append(alphabet[group & 0x3F])
            }
            suffix.withUTF8Buffer { $0.forEach(append) }
            return end
        }
    }

    /// `nil` where a letter is none of the alphabet, or the last group is not whole.
    static func decode(_ letters: some Collection<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(letters.count / 4 * 3)
        var group = 0
        var count = 0
        for letter in letters {
            guard let value = value(of: letter) else { return nil }
            group = group << 6 | value
            count += 1
            if count % 4 == 0 {
                bytes.append(UInt8(group >> 16))
                bytes.append(UInt8(group >> 8 & 0xFF))
                bytes.append(UInt8(group & 0xFF))
                group = 0
            }
        }
        return count % 4 == 0 ? bytes : nil
    }

    private static func value(of letter: UInt8) -> Int? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(letter - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(letter - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(letter - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
