/// What is to be changed of a message; what is `nil` stays as it is.
package struct MessageChanges: Sendable {
    package let content: JSONObject?
    package let meta: JSONObject?

    package init(content: JSONObject? = nil, meta: JSONObject? = nil) {
        self.content = content
        self.meta = meta
    }
}
