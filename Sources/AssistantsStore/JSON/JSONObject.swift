/// The text of a JSON object, checked once and kept as it came: the same keys, order, numbers and spaces.
package struct JSONObject: Hashable, Sendable {
    package let text: String

    /// Checks `text`, and throws where it is not one JSON object.
    package init(_ text: String) throws(JSONError) {
        var scanner = JSONScanner(Array(text.utf8))
        _ = try scanner.members()
        self.text = text
    }

    /// For text that a scanner has already checked.
    package init(unchecked text: String) {
        self.text = text
    }

    package static let empty = JSONObject(unchecked: "{}")

    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }
}
