import TextEncodings

/// A UUID whose first 48 bits are its time in milliseconds (RFC 9562, section 5.7), so that ids sort by age.
package struct UUIDv7: Sendable, CustomStringConvertible {
    private let bits: UInt128

    package init(at time: Timestamp = .now) {
        let milliseconds = UInt128(UInt64(clamping: time.microseconds / 1_000)) & 0xFFFF_FFFF_FFFF
        let random = UInt128(UInt64.random(in: .min ... .max)) << 64 | UInt128(UInt64.random(in: .min ... .max))
        let version: UInt128 = 7 << 76
        let variant: UInt128 = 0b10 << 62
        let randomA = random & (0xFFF << 64)
        let randomB = random & 0x3FFF_FFFF_FFFF_FFFF
        bits = milliseconds << 80 | version | randomA | variant | randomB
    }

    /// Lower-case hexadecimal in groups of 8, 4, 4, 4 and 12 digits.
    package var description: String { UUIDText.lowercase(bits) }
}

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
