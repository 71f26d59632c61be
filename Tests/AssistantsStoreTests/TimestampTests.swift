import Foundation
import Testing

@testable import AssistantsStore

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "dates of RFC 3339 are read",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2018-05-02T19:38:15Z", 1_525_289_895_000_000),
            ("2024-02-29T23:59:59Z", 1_709_251_199_000_000), ("2024-02-29T23:59:59.5Z", 1_709_251_199_500_000),
            ("2024-02-29T23:59:59.123456789Z", 1_709_251_199_123_456),
            ("2024-03-01T01:59:59+02:00", 1_709_251_199_000_000),
            ("2024-02-29T18:29:59-05:30", 1_709_251_199_000_000), ("1969-12-31T23:59:59.999999Z", -1),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000_000), ("9999-12-31T23:59:59Z", 253_402_300_799_000_000),
            ("2024-01-01t00:00:00z", 1_704_067_200_000_000),
        ] as [(String, Int64)]
    )
    func reads(_ text: String, _ microseconds: Int64) {
        #expect(Timestamp(iso8601: text)?.microseconds == microseconds)
    }

    @Test(
        "what is no date is refused",
        arguments: [
            "", "2024", "2024-01-01", "2024-01-01T00:00:00", "2024-1-1T00:00:00Z", "2024-13-01T00:00:00Z",
            "2024-00-01T00:00:00Z", "2024-01-00T00:00:00Z", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
            "2024-04-31T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z",
            "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.1234567890Z", "2024-01-01T00:00:00+2:00",
            "2024-01-01T00:00:00Zx", " 2024-01-01T00:00:00Z", "2024-01-01 00:00:00Z", "0000-01-01T00:00:00Z",
            "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "２０２４-01-01T00:00:00Z",
        ]
    )
    func refuses(_ text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test(
        "in URLs, a date may have no time and no offset, and a space for the plus of its offset",
        arguments: [
            ("2024-02-29", "2024-02-29T00:00:00Z"), ("2024-02-29T23:59:59", "2024-02-29T23:59:59Z"),
            ("2024-02-29T23:59:59.5", "2024-02-29T23:59:59.5Z"), ("2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z"),
            ("2024-03-01T01:59:59 02:00", "2024-02-29T23:59:59Z"),
            ("2024-03-01T01:59:59.25+02:00", "2024-02-29T23:59:59.25Z"),
            ("2024-02-29T18:29:59-05:30", "2024-02-29T23:59:59Z"),
        ]
    )
    func readsURLs(_ text: String, _ exact: String) {
        #expect(Timestamp(iso8601InURL: text) == Timestamp(iso8601: exact))
        #expect(Timestamp(iso8601: exact) != nil)
    }

    @Test(
        "what is no date in a URL is refused",
        arguments: [
            "", "2024", "2024-02", "2023-02-29", "2024-02-29T", "2024-02-29Z", "2024-02-29T23:59",
            "2024-02-29 23:59:59",
            "2024-02-29T23:59:59.", "2024-02-29T23:59:59 ", "2024-02-29T23:59:59  02:00", "2024-02-29T23:59:59.5 2:00",
            "2024-02-29T23:59:59 \u{301}02:00", "1709251199", "now", "2024-02-29T23:59:59ZZ", "2024-02-29T23:59:59Z5",
        ]
    )
    func refusesInURLs(_ text: String) {
        #expect(Timestamp(iso8601InURL: text) == nil)
    }

    @Test("every day from 1900 to 2100 is written as the calendar has it, and read again")
    func agreesWithCalendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for day in -25_567..<47_482 {
            let time = Timestamp(microseconds: Int64(day) * 86_400_000_000)
            let parts = calendar.dateComponents(
                [.year, .month, .day],
                from: Date(timeIntervalSince1970: Double(day) * 86_400)
            )
            let digits = [parts.year, parts.month, parts.day].map { String(format: "%02d", $0 ?? 0) }
            #expect(time.iso8601 == "\(digits.joined(separator: "-"))T00:00:00Z")
            #expect(Timestamp(iso8601: time.iso8601) == time)
        }
    }

    @Test("fractions are cut off, before 1970 too")
    func fractions() {
        #expect(Timestamp(microseconds: 1_999_999).iso8601 == "1970-01-01T00:00:01Z")
        #expect(Timestamp(microseconds: -1).iso8601 == "1969-12-31T23:59:59Z")
    }

    @Test(
        "an exact date is read back as the same moment",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (1, "1970-01-01T00:00:00.000001Z"), (-1, "1969-12-31T23:59:59.999999Z"),
            (1_700_000_000_120_300, "2023-11-14T22:13:20.120300Z"),
        ]
    )
    func exact(_ microseconds: Int64, _ text: String) {
        let exact = String(unsafeUninitializedCapacity: Timestamp.maximumExactISO8601Length) { buffer in
            var output = OutputSpan(buffer: buffer, initializedCount: 0)
            Timestamp(microseconds: microseconds).writeExactISO8601(to: &output)
            return output.finalize(for: buffer)
        }
        #expect(exact == text)
        #expect(Timestamp(iso8601: exact)?.microseconds == microseconds)
    }

    @Test(
        "all three forms of a date in HTTP are read",
        arguments: ["Sun, 06 Nov 2094 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sat Nov  6 08:49:37 2094"]
    )
    func httpDate(_ text: String) {
        #expect(Timestamp(httpDate: text)?.iso8601 == "2094-11-06T08:49:37Z")
    }

    @Test(
        "what is no date in HTTP is none",
        arguments: [
            "", "7", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET",
        ]
    )
    func noHTTPDate(_ text: String) {
        #expect(Timestamp(httpDate: text) == nil)
    }
}
