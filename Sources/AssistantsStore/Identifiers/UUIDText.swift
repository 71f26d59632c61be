import TextEncodings

/// The text form of a UUID (RFC 9562, section 4).
package enum UUIDText {
    /// Lower-case hexadecimal in groups of 8, 4, 4, 4 and 12 digits.
    package static func lowercase(_ bits: UInt128) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for nibble in 0..<32 {
            if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                text.append(UInt8(ascii: "-"))
            }
            text.append(Hexadecimal.digit(UInt8(truncatingIfNeeded: bits >> UInt128(124 - 4 * nibble) & 0xF)))
        }
        return String(decoding: text, as: UTF8.self)
    }
}
