/// A place in an account's list of assistants, which is in order of creation.
package struct AssistantCursor: Hashable, Sendable {
    /// The number that the store gave the assistant when it was created; it only grows.
    package let number: Int64

    package init(number: Int64) {
        self.number = number
    }
}
