/// The fields of a JSON object by their names on the wire.
package protocol WireField: RawRepresentable<String>, Hashable, Sendable {}

extension WireField {
    /// - Parameter key: in snake case or, as Node's types send it, in camel case.
    init?(key: String) {
        if let field = Self(rawValue: key) {
            self = field
        } else if !key.utf8.contains(UInt8(ascii: "_")) {
            self.init(rawValue: Self.snakeCase(key))
        } else {
            return nil
        }
    }

    private static func snakeCase(_ key: String) -> String {
        var text = ""
        for character in key {
            if character.isUppercase { text += "_" }
            text += character.lowercased()
        }
        return text
    }
}
