/// A turn's id, given by who accepts it.
package struct TurnID: Identifier {
    package let text: String

    /// An id that no other turn has.
    package static func unique(at time: Timestamp = .now) -> TurnID {
        TurnID(unchecked: "\(UUIDv7(at: time))")
    }

    /// For text that a store gave.
    package init(unchecked text: String) {
        self.text = text
    }
}
