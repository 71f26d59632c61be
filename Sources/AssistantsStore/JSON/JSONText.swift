/// How long text is in JSON.
package enum JSONText {
    /// How many bytes a string of so much UTF-8 has at most: its quotes, and six for each byte that must be escaped.
    package static func maximumStringLength(_ utf8Count: Int) -> Int { 2 + 6 * utf8Count }

    /// How many bytes a text has as a string, in quotes and with what must be escaped escaped.
    package static func stringLength(_ text: String) -> Int {
        text.utf8.reduce(2) { length, byte in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "\n"): length + 2
            case 0..<0x20: length + 6
            default: length + 1
            }
        }
    }
}
