/// A member's value as a scanner gives it: an object keeps its text, a string is decoded, an array has its elements, and
/// of a number and `null` only the kind is told.
package enum JSONValue: Hashable, Sendable {
    case object(JSONObject)
    case array([JSONValue])
    case string(String)
    case bool(Bool)
    case number, null

    /// What it is, in words that fit into an error: "an object", "a string", …
    package var kind: String {
        switch self {
        case .object: "an object"
        case .string: "a string"
        case .array: "an array"
        case .number: "a number"
        case .bool: "true or false"
        case .null: "null"
        }
    }
}
