/// One key and value of a JSON object.
package struct JSONMember: Sendable {
    package let key: String
    package let value: JSONValue
}
