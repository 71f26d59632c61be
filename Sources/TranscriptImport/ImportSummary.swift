package import AssistantsStore

/// What an import did.
package struct ImportSummary: Sendable {
    package let messages: ImportResult
    /// How many sessions the input has messages of.
    package let sessions: Int
    package let duration: Duration
}
