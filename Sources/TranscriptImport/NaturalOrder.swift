/// The order in which people number files: `page-2` before `page-10`.
enum NaturalOrder {
    /// Compares runs of digits as numbers, and everything else as bytes.
    static func precedes(_ left: String, _ right: String) -> Bool {
        var (left, right) = (Array(left.utf8)[...], Array(right.utf8)[...])
        while let leftByte = left.first, let rightByte = right.first {
            let (leftDigits, rightDigits) = (left.prefix(while: isDigit), right.prefix(while: isDigit))
            if leftDigits.isEmpty || rightDigits.isEmpty {
                guard leftByte == rightByte else { return leftByte < rightByte }
                left.removeFirst()
                right.removeFirst()
            } else {
                let (leftNumber, rightNumber) = (significant(leftDigits), significant(rightDigits))
                guard leftNumber.elementsEqual(rightNumber) else {
                    return leftNumber.count == rightNumber.count
                        ? leftNumber.lexicographicallyPrecedes(rightNumber) : leftNumber.count < rightNumber.count
                }
                left.removeFirst(leftDigits.count)
                right.removeFirst(rightDigits.count)
            }
        }
        return left.isEmpty && !right.isEmpty
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func significant(_ digits: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        digits.drop { $0 == UInt8(ascii: "0") }
    }
}
