import Testing

@testable import AssistantsStore

@Suite("The JSON scanner")
struct JSONScannerTests {
    private func members(_ text: String) throws -> [JSONMember] {
        var scanner = JSONScanner(Array(text.utf8))
        return try scanner.members()
    }

    @Test("finds the members in their order, with objects as they came")
    func findsMembers() throws {
        let found = try members(
            #" {"b" : { "x": 1.50 , "a":[1,{}]} ,"a":"é\n\u00e9\ud83d\ude00\/","c":[],"d":-0.5e+7,"e":true,"f":null} "#
        )
        #expect(found.map(\.key) == ["b", "a", "c", "d", "e", "f"])
        #expect(
            found.map(\.value) == [
                .object(try JSONObject(#"{ "x": 1.50 , "a":[1,{}]}"#)), .string("é\né😀/"), .array([]), .number,
                .bool(true),
                .null,
            ]
        )
        #expect(try members("{}").isEmpty)
    }

    @Test(
        "refuses what is not JSON, and says where",
        arguments: [
            ("", 0), ("[]", 0), ("1", 0), ("{", 1), (#"{"a"}"#, 4), (#"{"a":}"#, 5), (#"{"a":1,}"#, 7), (#"{a:1}"#, 1),
            (#"{"a":1} x"#, 8), (#"{"a":01}"#, 6), (#"{"a":1.}"#, 7), (#"{"a":1e}"#, 7), (#"{"a":+1}"#, 5),
            (#"{"a":.5}"#, 5),
            (#"{"a":-}"#, 5), (#"{"a":tru}"#, 8), (#"{"a":nul"#, 8), (#"{"a":"x}"#, 5), (#"{"a":"\x"}"#, 6),
            (#"{"a":"\u12g4"}"#, 6), (#"{"a":"\u12"}"#, 6), ("{\"a\":\"\u{1}\"}", 6), ("{\"a\":\"\n\"}", 6),
            (#"{"a":[1 2]}"#, 8), (#"{"a":[1,]}"#, 8), (#"{"a":NaN}"#, 5), (#"{"a":1}{}"#, 7), (#"{'a':1}"#, 1),
        ]
    )
    func refuses(_ text: String, _ offset: Int) {
        let error = #expect(throws: JSONError.self) { try members(text) }
        #expect(error?.offset == offset, "\(text): \(String(describing: error))")
    }

    @Test(
        "refuses what could not be stored or told apart",
        arguments: [
            (#"{"a":1,"a":2}"#, "twice"), (#"{"c":{"a":1,"b":2,"\u0061":3}}"#, "twice"),
            (#"{"c":[{"a":1,"a":1}]}"#, "twice"),
            (#"{"a":"\u0000"}"#, "NUL"), (#"{"c":{"\u0000":1}}"#, "NUL"), (#"{"a":"\ud800"}"#, "surrogate"),
            (#"{"a":"\ud800x"}"#, "surrogate"), (#"{"a":"\ud800\u0041"}"#, "surrogate"),
            (#"{"a":"\udc00"}"#, "surrogate"),
        ]
    )
    func refusesAmbiguous(_ text: String, _ word: String) {
        let error = #expect(throws: JSONError.self) { try members(text) }
        #expect(error?.reason.contains(word) == true, "\(text): \(String(describing: error))")
    }

    @Test(
        "takes every number whose nearest double is finite",
        arguments: [
            "1.7976931348623157e308", "-1.7976931348623158e+308", "1e-400", "-1e-99999999999999999999", "0e999",
            "0.0E+99999999999999999999", String(repeating: "9", count: 308),
            "0." + String(repeating: "3", count: 5_000),
            "0." + String(repeating: "0", count: 400) + "1e500", String(repeating: "1", count: 400) + "e-100",
        ]
    )
    func takesNumber(_ number: String) throws {
        #expect(try members("{\"a\":[\(number)]}").map(\.key) == ["a"])
    }

    @Test(
        "refuses a number whose nearest double is infinite, says where, and takes it where it may",
        arguments: [
            "1e400", "-1e400", "1.7976931348623159e308", "1E+309", "1e99999999999999999999",
            "0.1e310", String(repeating: "9", count: 309), String(repeating: "1", count: 400) + "e-10",
        ]
    )
    func refusesNumber(_ number: String) throws {
        let text = "{\"x\":{\"y\":1},\"a\":[{\"b\":0},\(number)]}"
        let error = #expect(throws: JSONError.self) { try members(text) }
        #expect(error?.offset == 26)
        #expect(error?.reason.contains("the number of \"a\" must be within the range of a double") == true)
        var scanner = JSONScanner(Array(text.utf8), numbers: .any)
        #expect(try scanner.members().count == 2)
    }

    @Test("drops line breaks between an object's tokens, and leaves every other byte")
    func dropsLineBreaks() throws {
        let text = "{\r\n\r\n\"a\" :\n[ 1.50,\t{\"b\"\r:\n\"\\r\\n\"}\r\n]\n}"
        let kept = #"{"a" :[ 1.50,\#t{"b":"\r\n"}]}"#.replacing("\\", with: "\\")
        #expect(try JSONObject(text).text == kept)
        #expect(try members("{\"o\":\n\(text)\r}").map(\.value) == [.object(JSONObject(text))])
    }

    @Test("objects agree if only the white space between their tokens differs")
    func agreement() throws {
        let text = "{ \"a b\" :\n[ 1.50,\t{\"\\\\\": \"\\\"  \"\r}]}"
        #expect(JSONObject(unchecked: text).withoutWhiteSpace.text == #"{"a b":[1.50,{"\\":"\"  "}]}"#)
        let object = try JSONObject(text)
        #expect(object.agrees(with: object.withoutWhiteSpace) && object.withoutWhiteSpace.agrees(with: object))
        for other in [("a b", "ab"), ("1.50", "1.5"), ("\\\" ", "\\\"")] {
            #expect(try !object.agrees(with: JSONObject(text.replacing(other.0, with: other.1))), "\(other)")
        }
        #expect(try !JSONObject("{\"a\":\"caf\u{E9}\"}").agrees(with: JSONObject("{\"a\":\"cafe\u{301}\"}")))
    }

    @Test("keys that only look alike are different")
    func keysAreBytes() throws {
        #expect(try members("{\"caf\u{E9}\":1,\"cafe\u{301}\":2}").count == 2)
    }

    @Test("finds a repeated key among many")
    func manyKeys() throws {
        let keys = (0..<1_000).map { #""k\#($0)":0"# }
        #expect(try members("{\(keys.joined(separator: ","))}").count == 1_000)
        #expect(throws: JSONError.self) { try members("{\(keys.joined(separator: ",")),\"k500\":1}") }
    }

    @Test("nests as deep as is allowed, and no deeper")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            "{\"a\":" + String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1) + "}"
        }
        #expect(try members(nested(JSONScanner.maximumDepth)).count == 1)
        for depth in [JSONScanner.maximumDepth + 1, 10_000, 500_000] {
            let error = #expect(throws: JSONError.self) { try members(nested(depth)) }
            #expect(error?.reason.contains("deeper") == true)
        }
    }

    @Test("refuses invalid UTF-8, and says where")
    func invalidUTF8() {
        var scanner = JSONScanner(Array(#"{"a":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8))
        #expect(throws: JSONError(offset: 6, reason: "invalid UTF-8")) { try scanner.members() }
    }
}
