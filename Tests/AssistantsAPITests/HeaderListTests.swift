import Testing

@testable import AssistantsAPI

@Suite("Headers that are lists")
struct HeaderListTests {
    @Test(
        "elements are split at commas, without the blanks around them and without empty ones",
        arguments: [
            ("", []), (" \t", []), (",,", []), ("a", ["a"]), (" a\t,b c ,, d,", ["a", "b c", "d"]),
            // A combining mark is a part of no comma.
            ("a,\u{301}b", ["a", "\u{301}b"]),
        ]
    )
    func elements(header: String, expected: [Substring]) {
        #expect(Array(HeaderList(header)) == expected)
    }
}
