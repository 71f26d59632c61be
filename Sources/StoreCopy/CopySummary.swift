package import AssistantsStore

/// What a copy came to.
package struct CopySummary: Sendable {
    /// Of the copy as a whole, whatever of it was done by an earlier run.
    package let counts: [StoredTable: Int]
    package let duration: Duration
}
