/// Follows JSON byte by byte, to tell brackets and commas from those within strings.
struct JSONStrings {
    private(set) var isInside = false
    private var isEscaped = false

    /// - Returns: whether the byte belongs to a string; its quotes do, too.
    mutating func read(_ byte: UInt8) -> Bool {
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
