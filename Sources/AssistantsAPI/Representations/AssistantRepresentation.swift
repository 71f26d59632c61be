import AssistantsStore
import NIOCore
import TextEncodings

/// An assistant as JSON.
struct AssistantRepresentation {
    let assistant: Assistant
    /// The name of the model where the assistant has none of its own.
    let defaultModel: String
    /// What the assistant's URL begins with.
    let baseURL: String

    /// How many bytes all but the assistant's own texts takes at most, with what separates assistants.
    static func overhead(defaultModel: String, baseURL: String) -> Int {
        512 + JSONText.stringLength(defaultModel) + JSONText.stringLength(baseURL)
    }

    func json(withToolsAndKnowledge: Bool = false) -> ByteBuffer {
        var json = ByteBuffer()
        write(to: &json, withToolsAndKnowledge: withToolsAndKnowledge)
        return json
    }

    /// - Parameter withToolsAndKnowledge: whether it says which tools and knowledge the assistant has: none.
    func write(to json: inout ByteBuffer, withToolsAndKnowledge: Bool = false) {
        let details = assistant.details
        json.writeStaticString("{\"id\":")
        json.writeJSONString(assistant.id.text)
        json.writeStaticString(",\"account_sid\":")
        json.writeJSONString(assistant.account.text)
        json.writeStaticString(",\"name\":")
        json.writeJSONString(details.name)
        json.writeStaticString(",\"owner\":")
        json.writeJSONString(details.owner)
        json.writeStaticString(",\"model\":")
        json.writeJSONString(details.model.isEmpty ? defaultModel : details.model)
        json.writeStaticString(",\"personality_prompt\":")
        json.writeJSONString(details.personalityPrompt)
        json.writeString(
            """
            ,"customer_ai":{"perception_engine_enabled":\(details.isPerceptionEngineEnabled),\
            "personalization_engine_enabled":\(details.isPersonalizationEngineEnabled)}
            """
        )
        json.writeStaticString(",\"url\":")
        json.writeJSONString(baseURL + "/v1/Assistants/" + PercentEncoding.encodeSegment(assistant.id.text[...]))
        if withToolsAndKnowledge { json.writeStaticString(",\"tools\":[],\"knowledge\":[]") }
        json.writeStaticString(",\"date_created\":")
        json.writeJSONString(assistant.dateCreated)
        json.writeStaticString(",\"date_updated\":")
        json.writeJSONString(assistant.dateUpdated)
        json.writeStaticString("}")
    }
}
