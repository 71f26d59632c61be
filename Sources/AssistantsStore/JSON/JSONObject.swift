/// The text of a JSON object, checked once and kept as it came: the same keys, order, numbers, and spaces. Only line breaks
/// between its tokens are dropped: PHP's SDK takes an empty line in a response for the end of the headers.
package struct JSONObject: Hashable, Sendable {
    package let text: String

    /// Checks `text`, and throws where it is not one JSON object.
    package init(_ text: String) throws(JSONError) {
        var scanner = JSONScanner(Array(text.utf8))
        _ = try scanner.members()
        self.init(scanned: scanner.bytes[...])
    }

    /// For bytes that a scanner has already checked.
    init(scanned bytes: ArraySlice<UInt8>) {
        guard bytes.contains(where: Self.isLineBreak) else {
            text = String(decoding: bytes, as: UTF8.self)
            return
        }
        // Strings cannot hold a line break unescaped, and tokens that need something between them have a comma or a colon.
        text = String(decoding: bytes.filter { !Self.isLineBreak($0) }, as: UTF8.self)
    }

    /// For text that is stored, or that has been checked otherwise.
    package init(unchecked text: String) {
        self.text = text
    }

    /// The same without any white space between its tokens.
    package var withoutWhiteSpace: JSONObject {
        guard text.utf8.contains(where: \.isJSONWhiteSpace) else { return self }
        var strings = JSONStrings()
        let kept = text.utf8.filter { strings.read($0) || !$0.isJSONWhiteSpace }
        return JSONObject(unchecked: String(decoding: kept, as: UTF8.self))
    }

    /// Whether it has the same tokens as another one.
    package func agrees(with other: JSONObject) -> Bool {
        self == other || withoutWhiteSpace == other.withoutWhiteSpace
    }

    private static func isLineBreak(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    package static let empty = JSONObject(unchecked: "{}")

    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }
}
