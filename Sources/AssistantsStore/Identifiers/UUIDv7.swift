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
