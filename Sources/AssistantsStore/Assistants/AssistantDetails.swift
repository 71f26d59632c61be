/// What can be said of an assistant, and changed.
package struct AssistantDetails: Equatable, Sendable {
    package var name: String
    package var owner = ""
    /// What the model is told first of all.
    package var personalityPrompt = ""
    /// The model that is asked in place of the server's; empty where it is the server's.
    package var model = ""
    package var isPerceptionEngineEnabled = false
    package var isPersonalizationEngineEnabled = false
    /// Kept for who brought it, under AES-GCM with a key that lies outside of the database.
    package var sealedSegmentCredential: [UInt8]?

    package init(name: String) {
        self.name = name
    }
}
