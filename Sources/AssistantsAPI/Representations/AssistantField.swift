/// The fields of an assistant by their names on the wire.
enum AssistantField: String, CaseIterable, WireField {
    case name, owner, model
    case personalityPrompt = "personality_prompt"
    case customerAI = "customer_ai"
    case segmentCredential = "segment_credential"
}

/// The fields of an assistant's `customer_ai`.
enum CustomerAIField: String, CaseIterable, WireField {
    case perceptionEngineEnabled = "perception_engine_enabled"
    case personalizationEngineEnabled = "personalization_engine_enabled"
}

/// The fields of an assistant's `segment_credential`.
enum SegmentCredentialField: String, CaseIterable, WireField {
    case profileAPIKey = "profile_api_key"
    case spaceID = "space_id"
    case writeKey = "write_key"
}
