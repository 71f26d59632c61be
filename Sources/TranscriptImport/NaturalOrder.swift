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

    /// A name with 0 as its last number: what the files of one walk have in common.
    static func walk(of name: String) -> [UInt8] {
        let bytes = Array(name.utf8)
        guard let last = bytes.lastIndex(where: isDigit) else { return bytes }
        let beforeNumber = bytes[..<last].lastIndex { !isDigit($0) }.map { bytes[...$0] } ?? []
        return beforeNumber + [UInt8(ascii: "0")] + bytes[(last + 1)...]
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func significant(_ digits: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        digits.drop { $0 == UInt8(ascii: "0") }
    }
}
