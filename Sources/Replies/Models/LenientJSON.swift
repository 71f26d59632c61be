import Foundation

/// JSON as servers really send it.
enum LenientJSON {
    /// Makes JSON readable and its texts storable: what is not UTF-8, and half of a surrogate pair, becomes U+FFFD, and
    /// NULs are left out. All else stays as it is.
    static func repaired(_ json: some Collection<UInt8>) -> Data {
        // Decoding replaces what is not UTF-8.
        let bytes = Array(String(decoding: json, as: UTF8.self).utf8)
        var repaired = Data(capacity: bytes.count)
        var index = 0
        while index < bytes.count {
            guard let unit = escapedUnit(in: bytes, at: index) else {
                // A backslash takes the next byte with it: it may be a backslash, too.
                let length = bytes[index] == UInt8(ascii: "\\") ? min(2, bytes.count - index) : 1
                if bytes[index] != 0 { repaired.append(contentsOf: bytes[index..<index + length]) }
                index += length
                continue
            }
            let isPair =
                UTF16.isLeadSurrogate(unit)
                && escapedUnit(in: bytes, at: index + escapeLength).map(UTF16.isTrailSurrogate) == true
            let length = isPair ? 2 * escapeLength : escapeLength
            if isPair || Unicode.Scalar(unit) != nil {
                if unit != 0 { repaired.append(contentsOf: bytes[index..<index + length]) }
            } else {
                repaired.append(contentsOf: Array(#"\ufffd"#.utf8))
            }
            index += length
        }
        return repaired
    }

    /// Of `\u0000`, in bytes.
    private static let escapeLength = 6

    /// The UTF-16 code unit of an escape like `\u00e9`; `nil` where there is none.
    private static func escapedUnit(in bytes: [UInt8], at index: Int) -> UInt16? {
        guard index + escapeLength <= bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        else { return nil }
        let digits = bytes[index + 2..<index + escapeLength]
        guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
