/// How far an import is.
package struct ImportProgress: Sendable {
    package enum Phase: String, Sendable {
        case checking, storing
    }

    package let phase: Phase
    /// Of the input's bytes, from 0 to 1.
    package let fraction: Double
}
