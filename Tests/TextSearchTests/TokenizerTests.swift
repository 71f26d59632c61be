import Testing

@testable import TextSearch

@Suite("Words of a text")
struct TokenizerTests {
    /// The words with a space between them, and each one's part of the text.
    private func words(_ text: String) -> (folded: [String], parts: [String]) {
        let scalars = Array(text.unicodeScalars)
        var (folded, parts): ([String], [String]) = ([], [])
        var text = text
        text.withUTF8 { utf8 in
            var tokenizer = Tokenizer()
            tokenizer.forEachWord(in: utf8) { word, range in
                folded.append(string(word.indices.compactMap { Unicode.Scalar(word[$0]) }))
                parts.append(string(scalars[range]))
                return true
            }
        }
        return (folded, parts)
    }

    private func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }

    @Test(
        "words end at spaces and signs, and a letter of a script without spaces is one by itself",
        arguments: [
            ("", ""), (" \t\n…—", ""), ("Where's my order?", "where s my order"), ("gen-itgc", "gen itgc"),
            ("order_id=42", "order id 42"), ("3.14 a b", "3 14 a b"), ("重跑gen-itgc后", "重 跑 gen itgc 后"),
            ("第3章", "第 3 章"), ("カタカナ語ー々", "カ タ カ ナ 語 ー 々"), ("ไทย", "ไ ท ย"), ("한국어 검색", "한국어 검색"),
            ("привет, мир", "привет мир"), ("a😀b👍🏽", "a 😀 b 👍"), ("👩‍👩‍👧 🇩🇪", "👩 👩 👧 🇩 🇪"), ("⚠️ ↔", "⚠ ↔"),
            ("\u{E000}\u{378}", "\u{E000} \u{378}"), ("a\u{AD}b c\u{200D}d e\u{200B}f", "ab cd e f"), ("1️⃣2", "12"),
            ("€5 + x²", "5 x2"), ("हिन्दी पाठ", "हिन्दी पाठ"), ("السَّلام", "السَّلام"),
        ]
    )
    func boundaries(_ text: String, _ expected: String) {
        let expected = expected.isEmpty ? [] : expected.split(separator: " ").map(String.init)
        // Scalars, for Swift takes canonically equivalent strings for equal.
        #expect(words(text).folded.map { Array($0.unicodeScalars) } == expected.map { Array($0.unicodeScalars) })
    }

    @Test(
        "texts that people take for the same have the same words",
        arguments: [
            ("café", "CAFE\u{301}"), ("Straße", "STRASSE"), ("ẞ", "ss"), ("ё", "Е"), ("Й", "и\u{306}"),
            ("ﬁn", "FIN"), ("ｄｂ１", "db1"), ("①", "1"), ("ΌΣΟΣ", "οσος"), ("ς", "Σ"), ("ᾳ", "αι"), ("ǆ", "DŽ"),
            ("İ", "i"), ("ŉ", "ʼN"), ("½", "1⁄2"), ("한", "\u{1112}\u{1161}\u{11AB}"), ("ガ", "ｶﾞ"), ("が", "か\u{3099}"),
            ("㍿", "株式会社"), ("ꭰ", "Ꭰ"), ("\u{5E9}\u{5C1}\u{5BC}", "\u{5E9}\u{5BC}\u{5C1}"), ("Việt", "Viet"),
            ("ﷺ", "صلى الله عليه وسلم"), ("𝔘𝔫𝔦", "uni"), ("ำ", "\u{E4D}\u{E32}"), ("naïve", "naive"), ("Ω", "ω"),
        ]
    )
    func folding(_ first: String, _ second: String) {
        #expect(
            words(first).folded.map { Array($0.unicodeScalars) }
                == words(second).folded.map { Array($0.unicodeScalars) }
        )
    }

    @Test(
        "texts that people take for different ones differ",
        arguments: [
            ("й", "и"), ("ı", "i"), ("か", "が"), ("ก", "กิ"), ("ø", "o"), ("क", "की"), ("ي", "ى"), ("1", "l"), ("ß", "s"),
        ]
    )
    func difference(_ first: String, _ second: String) {
        #expect(
            words(first).folded.map { Array($0.unicodeScalars) }
                != words(second).folded.map { Array($0.unicodeScalars) }
        )
    }

    @Test("a word's range is its part of the text, with the marks that were dropped")
    func ranges() {
        #expect(words("«Cafe\u{301}» ｶﾞ👍🏽x").parts == ["Cafe\u{301}", "ｶﾞ", "👍", "x"])
        #expect(words("½").parts == ["½", "½"])
        #expect(words("a\u{AD}b").parts == ["a\u{AD}b"])
    }

    @Test("marks in the wrong order, however many, take no quadratic time")
    func manyMarks() {
        let text =
            "\u{5D0}" + String(repeating: "\u{301}", count: 250_000) + String(repeating: "\u{323}", count: 250_000)
        let start = ContinuousClock.now
        #expect(words(text).folded.count == 1)
        #expect(start.duration(to: .now) < .seconds(20))
    }

    @Test("bytes that are no UTF-8 end words, and nothing else happens")
    func invalid() {
        for bytes: [UInt8] in [
            [0x61, 0xFF, 0x62], [0x61, 0xC3], [0x61, 0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xC0, 0x80],
            [0x80], [0xF0, 0x80, 0x80, 0x80],
        ] {
            var words: [[UInt32]] = []
            var tokenizer = Tokenizer()
            bytes.withUnsafeBufferPointer { bytes in
                tokenizer.forEachWord(in: bytes) { word, _ in
                    words.append(word.indices.map { word[$0] })
                    return true
                }
            }
            #expect(words == bytes.filter { $0 < 0x80 }.map { [UInt32($0)] })
        }
    }

    @Test(
        "the words of all scalars are those of the index's version: if this fails, SearchTerms.version must be increased"
    )
    func version() {
        // FNV-1a of all words, each with the scalar that it comes from. Newer tables of Unicode change it, too.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ value: UInt32) { hash = (hash ^ UInt64(value)) &* 0x0000_0100_0000_01B3 }
        var tokenizer = Tokenizer()
        for scalar in (0..<0x110000 as Range<UInt32>).lazy.compactMap(Unicode.Scalar.init) {
            var text = "a\(scalar)"
            text.withUTF8 { utf8 in
                tokenizer.forEachWord(in: utf8) { word, _ in
                    add(scalar.value)
                    for index in word.indices { add(word[index]) }
                    return true
                }
            }
        }
        #expect(SearchTerms.version == 1)
        #expect(hash == 13_292_822_844_962_597_866)
    }
}
