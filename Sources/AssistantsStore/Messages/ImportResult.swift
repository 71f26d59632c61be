/// What an import of messages did: every message was either stored or was there already, with the same content.
package struct ImportResult: Sendable {
    package var stored: Int
    package var alreadyThere: Int

    package init(stored: Int = 0, alreadyThere: Int = 0) {
        self.stored = stored
        self.alreadyThere = alreadyThere
    }

    package static func += (left: inout ImportResult, right: ImportResult) {
        left.stored += right.stored
        left.alreadyThere += right.alreadyThere
    }
}
