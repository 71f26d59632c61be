/// Who works on turns: one process, from its start to its end.
package struct WorkerID: Identifier {
    package let text: String

    /// An id that no other process has.
    package static func unique() -> WorkerID {
        WorkerID(unchecked: "\(UUIDv7())")
    }

    /// For text that a store gave.
    package init(unchecked text: String) {
        self.text = text
    }
}
