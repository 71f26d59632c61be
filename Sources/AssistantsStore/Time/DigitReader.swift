/// Reads the fixed fields of an RFC 3339 date from the front of its text.
struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: String.UTF8View) {
        rest = text[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// A number of exactly so many digits.
    mutating func number(digits: Int) -> Int? {
        var number = 0
        for _ in 0..<digits {
            guard let digit = nextDigit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    /// Microseconds: 0 without a point, `nil` where no digit follows one or more than nine do.
    mutating func fraction() -> Int? {
        guard skip(".") else { return 0 }
        var microseconds = 0
        var digits = 0
        while let digit = nextDigit() {
            digits += 1
            if digits <= 6 { microseconds = microseconds * 10 + digit }
        }
        guard (1...9).contains(digits) else { return nil }
        for _ in digits..<max(digits, 6) { microseconds *= 10 }
        return microseconds
    }

    /// Seconds east of Greenwich: `Z`, `+02:00` or `-05:30`.
    mutating func offset() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let sign = skip("+") ? 1 : skip("-") ? -1 : 0
        guard sign != 0, let hours = number(digits: 2), skip(":"), let minutes = number(digits: 2),
            hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 3_600 + minutes * 60)
    }

    private mutating func nextDigit() -> Int? {
        guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        rest.removeFirst()
        return Int(byte - UInt8(ascii: "0"))
    }
}
