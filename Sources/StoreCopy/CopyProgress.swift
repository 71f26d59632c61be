/// How far a copy is.
package struct CopyProgress: Sendable {
    package enum Phase: String, Sendable {
        case copying, checking
    }

    package let phase: Phase
    /// Of the rows, from 0 to 1.
    package let fraction: Double
}
