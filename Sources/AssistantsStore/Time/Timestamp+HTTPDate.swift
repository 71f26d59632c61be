extension Timestamp {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Reads a date in one of the three forms of RFC 9110, section 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`,
    /// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`. The day of the week is not checked.
    package init?(httpDate text: String) {
        let parts = text.split { " ,-".contains($0) }
        let (day, month, year, time): (Substring, Substring, Substring, Substring)
        switch (parts.count, parts.last) {
        case (6, "GMT"): (day, month, year, time) = (parts[1], parts[2], parts[3], parts[4])
        case (5, _): (day, month, year, time) = (parts[2], parts[1], parts[4], parts[3])
        default: return nil
        }
        var fields = DigitReader(String(time).utf8)
        guard let hour = fields.number(digits: 2), fields.skip(":"), let minute = fields.number(digits: 2),
            fields.skip(":"), let second = fields.number(digits: 2), fields.isAtEnd,
            hour < 24, minute < 60, second <= 60, let month = Self.months.firstIndex(of: String(month)),
            let day = Int(day), let year = Int(year),
            // The old form has two digits, which are of this century since nobody sends dates of the last one.
            let date = CivilDate(year: year < 100 ? 2_000 + year : year, month: month + 1, day: day)
        else { return nil }
        let seconds = date.daysSince1970 * 86_400 + hour * 3_600 + minute * 60 + second
        self.init(microseconds: Int64(seconds) * 1_000_000)
    }
}
