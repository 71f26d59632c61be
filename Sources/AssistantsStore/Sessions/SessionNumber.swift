/// The number that a store gave a session when it was created, and never gives to another: a session that is deleted and
/// made again under the same id has a new one. Copying a database keeps it.
package struct SessionNumber: Hashable, Sendable {
    package let value: Int64

    package init(_ value: Int64) {
        self.value = value
    }
}
