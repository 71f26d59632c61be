/// Why a message is not taken. The text goes on from the words that say which message it is: "line 7 …".
package struct InvalidMessage: Error, Equatable {
    package let reason: String

    package init(_ reason: String) {
        self.reason = reason
    }
}
