/// Percent-encoding (RFC 3986, section 2.1).
package enum PercentEncoding {
    package enum DecodingError: Error {
        /// A percent sign without two hexadecimal digits behind it.
        case malformed
        case notUTF8
        case containsNUL
    }

    /// Decodes once.
    package static func decode(_ text: Substring, plusIsSpace: Bool = false) throws(DecodingError) -> String {
        // Most texts are what they mean.
        if text.utf8.allSatisfy({ $0 != UInt8(ascii: "%") && $0 != 0 && !(plusIsSpace && $0 == UInt8(ascii: "+")) }) {
            return String(text)
        }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.utf8.count)
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = bytes.next().flatMap(Hexadecimal.value),
                    let low = bytes.next().flatMap(Hexadecimal.value)
                else {
                    throw .malformed
                }
                decoded.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace:
                decoded.append(UInt8(ascii: " "))
            default:
                decoded.append(byte)
            }
        }
        guard !decoded.contains(0) else { throw .containsNUL }
        guard let string = String(validating: decoded, as: UTF8.self) else { throw .notUTF8 }
        return string
    }

    /// The characters of a path's segment (RFC 3986, section 3.3): unreserved ones, sub-delimiters, the colon, and `@`.
    package static func isAllowedInSegment(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "%"), UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "]"): false
        default: isAllowed(byte)
        }
    }

    /// Leaves what a URL may hold as it is and encodes the rest, so that text from a request can stand in a URL: it
    /// decodes to the same as before.
    package static func encodeForbidden(in text: Substring) -> String {
        encode(text, leaving: isAllowed)
    }

    /// - Parameter isAllowed: which bytes stay as they are. Where the percent sign is none of them, what is encoded decodes to
    ///   `text`.
    package static func encode(_ text: Substring, leaving isAllowed: (UInt8) -> Bool) -> String {
        if text.utf8.allSatisfy(isAllowed) { return String(text) }
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            if isAllowed(byte) {
                encoded.append(byte)
            } else {
                appendEscape(of: byte, to: &encoded)
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// The unreserved and reserved characters, and the percent sign.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"), UInt8(ascii: "^"),
            UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"), UInt8(ascii: "#"):
            false
        default:
            (0x21...0x7E).contains(byte)
        }
    }

    /// Appends a byte as a percent sign and two upper-case digits.
    package static func appendEscape(of byte: UInt8, to encoded: inout [UInt8]) {
        encoded.append(UInt8(ascii: "%"))
        encoded.append(Hexadecimal.digit(byte >> 4, isUppercase: true))
        encoded.append(Hexadecimal.digit(byte & 0xF, isUppercase: true))
    }
}
