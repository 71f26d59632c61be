import Testing

@testable import TextSearch

@Suite("Queries")
struct SearchQueryTests {
    private func matches(_ query: String, _ texts: [String]) throws -> Bool {
        var matcher = SearchMatcher(try SearchQuery(query).pattern)
        for text in texts where !matcher.isDecided {
            var text = text
            text.withUTF8 { matcher.read($0) }
        }
        return matcher.isMatch
    }

    @Test(
        "a message has all words and phrases that are asked for, and none that must be absent",
        arguments: [
            ("order", ["My ORDER is late"], true), ("orders", ["My order is late"], false),
            ("late order", ["My order is late"], true), ("late order", ["order", "late"], true),
            ("\"order is\"", ["My order is late"], true), ("\"is order\"", ["My order is late"], false),
            ("\"order is\"", ["My order", "is late"], false), ("\"order, is!\"", ["ORDER — is"], true),
            ("ord*", ["My order"], true), ("ord*", ["ord"], true), ("ord*", ["word order"], true),
            ("rd*", ["order"], false),
            ("order -late", ["order"], true), ("order -late", ["order", "late"], false),
            ("-late order", ["late order"], false), ("order -\"is late\"", ["late is order"], true),
            ("order -\"is late\"", ["order is late"], false), ("order -lat*", ["order lateness"], false),
            ("会议", ["今天的会议"], true), ("议", ["今天的会议"], true), ("会天", ["今天的会议"], false), ("会议*", ["会议记录"], true),
            ("ひか*", ["ひが"], false), ("ひか*", ["ひかり"], true),
            ("gen-itgc", ["重跑gen-itgc后"], true), ("itgc-gen", ["重跑gen-itgc后"], false), ("gen-it*", ["gen itgc"], true),
            ("👍", ["ok 👍🏽"], true), ("db", ["the db."], true), ("x", ["a x b"], true), ("a a a", ["a"], true),
            ("\"a b a b\"", ["a b a a b a b"], true), ("\"a a b\"", ["a a a b"], true),
            ("\"a b\" \"b c\"", ["a b c"], true),
            ("é", ["E"], true), ("ё", ["Ель е"], true), ("й", ["и"], false),
            ("\"to be or not\"", ["or not to be or not"], true),
            ("a -b", [], false), ("a", ["", "", "a"], true), ("\"a\"b", ["b", "a"], true), ("- a", ["a"], true),
            ("a &", ["a"], true),
        ]
    )
    func match(_ query: String, _ texts: [String], _ expected: Bool) throws {
        #expect(try matches(query, texts) == expected)
    }

    @Test(
        "what is no query is refused with the place",
        arguments: [
            ("", 1, "there is no word to look for: give letters or digits"),
            ("  ", 1, "there is no word to look for: give letters or digits"),
            ("\"\" !", 1, "there is no word to look for: give letters or digits"),
            ("a \"b", 3, "the quotation mark is not closed"), ("a\"", 2, "the quotation mark is not closed"),
            ("-a", 1, "there is no word to look for: give one beside what must be absent"),
            ("! -\"a\"", 3, "there is no word to look for: give one beside what must be absent"),
            ("wo*rd", 3, "the asterisk must be at the end of a word"),
            ("a* b", 2, "the asterisk must follow at least two letters or digits"),
            ("*", 1, "the asterisk must follow at least two letters or digits"),
            ("ab**", 3, "the asterisk must be at the end of a word"),
            ("\"a b\"*", 6, "the asterisk must follow a word"),
            ("é \"", 3, "the quotation mark is not closed"),
            ("a-b*", 4, "the asterisk must follow at least two letters or digits"),
            ("order_*", 7, "the asterisk must follow at least two letters or digits"),
            (String(repeating: "a", count: 1_001), 1_001, "there are more than 1,000 characters: leave some out"),
        ]
    )
    func refusals(_ query: String, _ position: Int, _ reason: String) {
        #expect(throws: SearchQueryError(position: position, reason: reason)) { try SearchQuery(query) }
    }

    @Test("a query has 64 words at most, each term counted once")
    func wordCount() throws {
        let words = (1...64).map { "w\($0)" }
        #expect(try matches(words.joined(separator: " "), [words.reversed().joined(separator: " ")]))
        #expect(try matches("\"\(words.joined(separator: " "))\"", [words.joined(separator: " ")]))
        #expect(try !matches("\"\(words.joined(separator: " "))\"", [words.dropFirst().joined(separator: " ")]))
        #expect(throws: SearchQueryError.self) { try SearchQuery((words + ["w65"]).joined(separator: " ")) }
        #expect(try matches((words + words).joined(separator: " "), [words.joined(separator: " ")]))
    }

    @Test("queries that mean the same have one canonical form, and others have others")
    func canonicalText() throws {
        func text(_ query: String) throws -> String { try SearchQuery(query).canonicalText }
        #expect(try text("  Café  GEN-itgc -x ab* ") == text("cafe \"gen itgc\" -\"X\" AB*"))
        let queries = ["a b", "b a", "\"a b\"", "a -b", "ab* a", "ab a", "a -\"b c\"", "a b c"]
        #expect(Set(try queries.map(text)).count == queries.count)
    }

    @Test("a snippet has what was found, in the scalars of the text as it is")
    func snippets() throws {
        func snippet(_ text: String, _ query: String) throws -> SearchSnippet? {
            SearchSnippet(of: text, matching: try SearchQuery(query).pattern)
        }
        let short = try #require(try snippet("Where is my cafe\u{301} ORDER?", "order café"))
        #expect(short.text == "Where is my cafe\u{301} ORDER?" && short.offset == 0)
        #expect(short.ranges == [12..<17, 18..<23])
        let long = String(repeating: "é word. ", count: 5_000)
        let found = try #require(try snippet("\(long)needle \(long)", "needle"))
        #expect(found.text.unicodeScalars.count == SearchSnippet.maximumLength)
        #expect(found.offset == long.unicodeScalars.count - 77)
        #expect(found.ranges == [77..<83])
        #expect(Array(found.text.unicodeScalars)[77..<83].map(String.init).joined() == "needle")
        // At an end, and longer than a snippet.
        #expect(try snippet(long + "needle", "needle")?.offset == long.unicodeScalars.count + 6 - 160)
        let word = String(repeating: "x", count: 400)
        let whole = try #require(try snippet("a \(word) b", word))
        #expect(whole.offset == 2 && whole.ranges == [0..<160])
        // Overlapping phrases are one range, and what must be absent has none.
        #expect(try snippet("a b c d", "\"a b\" \"b c\" -d")?.ranges == [0..<5])
        #expect(try snippet("a b", "c") == nil)
        // A family is one character.
        let family = "👩‍👩‍👧"
        let cut = try #require(try snippet(String(repeating: family, count: 60) + " needle", "needle"))
        #expect(cut.text.hasPrefix(family))
    }

    @Test("the 300th occurrence, a phrase behind 20,000 words, and a word of 100 kB are found")
    func limits() throws {
        let words = (0..<30_000).map { "word\($0)" }
        #expect(try matches("\"word25000 word25001\"", [words.joined(separator: " ")]))
        #expect(try !matches("\"word25001 word25000\"", [words.joined(separator: " ")]))
        #expect(try matches("\"x needle\"", [String(repeating: "x y ", count: 300) + "x needle"]))
        let (word, long) = (String(repeating: "ab", count: 400), String(repeating: "ab", count: 50_000))
        #expect(try matches("\(word)*", ["a \(long) b"]))
        #expect(try !matches(word, ["a \(long) b"]))
        #expect(try !matches("\(word)c*", ["a \(long) b"]))
        #expect(try matches("abab*", ["a \(long) b"]))
    }
}
