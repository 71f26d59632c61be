/// Follows JSON byte by byte, to tell brackets and commas from those within strings.
package struct JSONStrings {
    package private(set) var isInside = false
    private var isEscaped = false

    package init() {}

    /// - Returns: whether the byte belongs to a string; its quotes do, too.
    package mutating func read(_ byte: UInt8) -> Bool {
        guard isInside else {
            isInside = byte == UInt8(ascii: "\"")
            return isInside
        }
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInside = false
        }
        return true
    }
}

extension UInt8 {
    /// Whether it is one of the four that may stand between the tokens of JSON (RFC 8259, section 2).
    package var isJSONWhiteSpace: Bool {
        self == UInt8(ascii: " ") || self == UInt8(ascii: "\n") || self == UInt8(ascii: "\r")
            || self == UInt8(ascii: "\t")
    }
}
