/// Why a text is not the JSON that is wanted.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    /// In bytes from the start of the text.
    package let offset: Int
    package let reason: String

    package init(offset: Int, reason: String) {
        self.offset = offset
        self.reason = reason
    }

    package var description: String { "\(reason), at byte \(offset)" }
}
