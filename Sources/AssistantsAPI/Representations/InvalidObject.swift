/// Why a JSON object is invalid. The text continues a sentence that begins with the object: "line 7 …", "The message …".
package struct InvalidObject: Error, Equatable {
    package let reason: String

    package init(_ reason: String) {
        self.reason = reason
    }
}

extension APIError {
    /// Runs `read`, and tells what is wrong with an object under the name that it has for the caller.
    /// - Parameter name: begins the error's message: "The body", "Message 7".
    static func naming<Value>(_ name: String, _ read: () throws(InvalidObject) -> Value) throws(APIError) -> Value {
        do {
            return try read()
        } catch {
            throw .badRequest("\(name) \(error.reason)")
        }
    }
}
