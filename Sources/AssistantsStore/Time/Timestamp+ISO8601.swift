extension Timestamp {
    /// The length of `iso8601` in bytes.
    package static let iso8601Length = 20

    /// `YYYY-MM-DDTHH:MM:SSZ`, in whole seconds: the fraction is cut off.
    package var iso8601: String {
        String(unsafeUninitializedCapacity: Timestamp.iso8601Length) { buffer in
            var output = OutputSpan(buffer: buffer, initializedCount: 0)
            writeISO8601(to: &output)
            return output.finalize(for: buffer)
        }
    }

    /// Appends the 20 bytes of `iso8601` to a span that has room for them.
    package func writeISO8601(to output: inout OutputSpan<UInt8>) {
        writeSeconds(to: &output)
        output.append(UInt8(ascii: "Z"))
    }

    /// The greatest length of what `writeExactISO8601` appends, in bytes.
    package static let maximumExactISO8601Length = 27

    /// Appends what `init(iso8601:)` reads as the same moment: `YYYY-MM-DDTHH:MM:SSZ`, with six digits of a fraction where it is
    /// not 0. The span must have room for it.
    package func writeExactISO8601(to output: inout OutputSpan<UInt8>) {
        writeSeconds(to: &output)
        let fraction = Int(microseconds - microseconds.flooringQuotient(by: 1_000_000) * 1_000_000)
        if fraction != 0 {
            output.append(UInt8(ascii: "."))
            output.append(twoDigits: fraction / 10_000)
            output.append(twoDigits: fraction / 100 % 100)
            output.append(twoDigits: fraction % 100)
        }
        output.append(UInt8(ascii: "Z"))
    }

    /// Appends the date and the time, without the `Z`.
    private func writeSeconds(to output: inout OutputSpan<UInt8>) {
        let seconds = microseconds.flooringQuotient(by: 1_000_000)
        let days = seconds.flooringQuotient(by: 86_400)
        let secondOfDay = Int(seconds - days * 86_400)
        let date = CivilDate(daysSince1970: Int(days))
        output.append(twoDigits: date.year / 100)
        output.append(twoDigits: date.year % 100)
        output.append(UInt8(ascii: "-"))
        output.append(twoDigits: date.month)
        output.append(UInt8(ascii: "-"))
        output.append(twoDigits: date.day)
        output.append(UInt8(ascii: "T"))
        output.append(twoDigits: secondOfDay / 3_600)
        output.append(UInt8(ascii: ":"))
        output.append(twoDigits: secondOfDay / 60 % 60)
        output.append(UInt8(ascii: ":"))
        output.append(twoDigits: secondOfDay % 60)
    }

    /// Whether this is a moment, or the whole second that `iso8601` has for it.
    func isShown(for moment: Timestamp) -> Bool {
        self == moment || microseconds == moment.microseconds.flooringQuotient(by: 1_000_000) * 1_000_000
    }

    /// Reads a date and time of RFC 3339: `2026-07-01T09:30:00Z`, with an optional fraction of up to nine digits (cut
    /// off after the sixth) and an offset in place of `Z`. `nil` for anything else, and for years outside 1 to 9999.
    package init?(iso8601 text: String) {
        var fields = DigitReader(text.utf8)
        guard let year = fields.number(digits: 4), fields.skip("-"),
            let month = fields.number(digits: 2), fields.skip("-"),
            let day = fields.number(digits: 2), fields.skip("T") || fields.skip("t"),
            let hour = fields.number(digits: 2), fields.skip(":"),
            let minute = fields.number(digits: 2), fields.skip(":"),
            let second = fields.number(digits: 2),
            let fraction = fields.fraction(),
            let offset = fields.offset(), fields.isAtEnd,
            hour < 24, minute < 60, second < 60,
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        let seconds = date.daysSince1970 * 86_400 + hour * 3_600 + minute * 60 + second - offset
        guard CivilDate.printableSeconds.contains(seconds) else { return nil }
        self.init(microseconds: Int64(seconds) * 1_000_000 + Int64(fraction))
    }
}

extension Timestamp {
    /// Reads what `init(iso8601:)` reads, and also a date alone (midnight), no offset (UTC), and a space for the `+` of an offset, which is
    /// what `+` means in a query.
    package init?(iso8601InURL text: String) {
        // By bytes: a space and a combining mark after it are one character.
        var bytes = Array(text.utf8)
        if bytes.count == 10 { bytes += Array("T00:00:00".utf8) }
        let offset = bytes.dropFirst(19).firstIndex { byte in
            byte != UInt8(ascii: ".") && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        if let offset {
            if bytes[offset] == UInt8(ascii: " ") { bytes[offset] = UInt8(ascii: "+") }
        } else {
            bytes.append(UInt8(ascii: "Z"))
        }
        self.init(iso8601: String(decoding: bytes, as: UTF8.self))
    }
}

extension Int64 {
    /// The quotient rounded towards negative infinity, so that moments before 1970 count forward within their second.
    fileprivate func flooringQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

extension OutputSpan<UInt8> {
    /// - Parameter number: 0 to 99.
    fileprivate mutating func append(twoDigits number: Int) {
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10))
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }
}
