/// The text of a JSON number.
enum JSONNumber {
    /// The largest power of ten that a double holds.
    private static let maximumExponent = 308

    /// Whether the nearest IEEE 754 double is finite; one that rounds to 0 is.
    /// - Parameter text: a number by JSON's grammar.
    static func isFinite(_ text: ArraySlice<UInt8>) -> Bool {
        // Few numbers are long or have an exponent: the rest need no conversion.
        if text.count <= maximumExponent, !text.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) { return true }
        return Double(String(decoding: text, as: UTF8.self))?.isFinite ?? false
    }
}
