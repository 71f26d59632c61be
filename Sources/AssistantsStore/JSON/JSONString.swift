/// The bytes of a JSON string with its escapes resolved.
struct JSONString {
    let bytes: ArraySlice<UInt8>

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Where the string that begins at `start`, behind its quote, ends; `nil` where it does not.
    static func end(in bytes: [UInt8], from start: Int) throws(JSONError) -> (quote: Int, hasEscapes: Bool)? {
        var index = start
        var hasEscapes = false
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") { return (index, hasEscapes) }
            if byte < 0x20 { throw JSONError(offset: index, reason: "a control character must be escaped") }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                index += 1
            }
            index += 1
        }
        return nil
    }

    /// - Parameter raw: what stands between the quotes.
    init(_ raw: ArraySlice<UInt8>, hasEscapes: Bool) throws(JSONError) {
        guard hasEscapes else {
            bytes = raw
            return
        }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(raw.count)
        var index = raw.startIndex
        while index < raw.endIndex {
            guard raw[index] == UInt8(ascii: "\\") else {
                decoded.append(raw[index])
                index += 1
                continue
            }
            let scalar = try Self.escape(in: raw, at: &index)
            decoded.append(contentsOf: Array(String(scalar).utf8))
        }
        bytes = decoded[...]
    }

    private static func escape(in raw: ArraySlice<UInt8>, at index: inout Int) throws(JSONError) -> Unicode.Scalar {
        let start = index
        let letter = raw[index + 1]
        index += 2
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw JSONError(offset: start, reason: "unknown escape")
        }
        guard let unit = hexadecimal(in: raw, at: &index) else {
            throw JSONError(offset: start, reason: "expected four hexadecimal digits")
        }
        guard unit != 0 else { throw JSONError(offset: start, reason: "a NUL is not allowed") }
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(unit), raw[index...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
            throw JSONError(offset: start, reason: "half of a surrogate pair")
        }
        index += 2
        guard let trail = hexadecimal(in: raw, at: &index), UTF16.isTrailSurrogate(trail) else {
            throw JSONError(offset: start, reason: "half of a surrogate pair")
        }
        return UTF16.decode(UTF16.EncodedScalar([unit, trail]))
    }

    private static func hexadecimal(in raw: ArraySlice<UInt8>, at index: inout Int) -> UInt16? {
        guard index + 4 <= raw.endIndex else { return nil }
        let digits = raw[index..<index + 4]
        guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        index += 4
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
