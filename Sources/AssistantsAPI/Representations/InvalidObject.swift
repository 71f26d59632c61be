/// Why a JSON object is not taken. The text goes on from the words that say which object it is: "line 7 …", "The
/// message …".
package struct InvalidObject: Error, Equatable {
    package let reason: String

    package init(_ reason: String) {
        self.reason = reason
    }
}
