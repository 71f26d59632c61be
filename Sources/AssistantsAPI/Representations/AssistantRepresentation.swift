import AssistantsStore
import NIOCore
import Secrets
import TextEncodings

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

/// The body of an assistant's creation or change. What is absent or `null` is `nil`, and not changed.
struct AssistantBody: Sendable {
    private static let maximumNameLength = 1_024
    private static let maximumModelLength = 255

    let name: String?
    private let owner: String?
    private let model: String?
    private let personalityPrompt: String?
    private let isPerceptionEngineEnabled: Bool?
    private let isPersonalizationEngineEnabled: Bool?
    private let sealedSegmentCredential: [UInt8]?

    /// The body of a change, which may also be empty, `null`, or `[]`.
    init(changes json: [UInt8], sealingKey: Result<SealingKey, any Error>) throws {
        try self.init(json: ChangeBody.object(of: json), sealingKey: sealingKey)
    }

    /// - Parameter sealingKey: what the credential is sealed with, so that it is never stored unsealed.
    /// - Throws: `APIError` where the body is none, and why there is no key where one is needed.
    init(json: [UInt8], sealingKey: Result<SealingKey, any Error>) throws {
        let credential: JSONObject?
        (name, owner, model, personalityPrompt, isPerceptionEngineEnabled, isPersonalizationEngineEnabled, credential) =
            try APIError.naming("The body") { () throws(InvalidObject) in
                // As the original did with fields that it did not know, as far as anybody can tell.
                let fields = try ObjectFields<AssistantField>(
                    json: json,
                    allowed: AssistantField.allCases,
                    unknown: .ignored
                )
                let customerAI = try fields[.customerAI].fields(CustomerAIField.self)
                return (
                    try fields[.name].text(
                        { (1...Self.maximumNameLength).contains($0.utf8.count) ? $0 : nil },
                        allowed: "1 to \(Self.maximumNameLength) bytes of text"
                    ),
                    try fields[.owner].text(
                        { $0.utf8.count <= Self.maximumNameLength ? $0 : nil },
                        allowed: "\(Self.maximumNameLength) bytes of text at most"
                    ),
                    try fields[.model].text(
                        { $0.utf8.count <= Self.maximumModelLength ? $0 : nil },
                        allowed: "\(Self.maximumModelLength) bytes of text at most"
                    ),
                    try fields[.personalityPrompt].text(),
                    try customerAI?[.perceptionEngineEnabled].bool(),
                    try customerAI?[.personalizationEngineEnabled].bool(),
                    try Self.checked(fields[.segmentCredential])
                )
            }
        sealedSegmentCredential = try credential.map { try sealingKey.get().seal(Secret($0.text)) }
    }

    @Sendable
    func change(_ details: inout AssistantDetails) {
        details.name = name ?? details.name
        details.owner = owner ?? details.owner
        details.model = model ?? details.model
        details.personalityPrompt = personalityPrompt ?? details.personalityPrompt
        details.isPerceptionEngineEnabled = isPerceptionEngineEnabled ?? details.isPerceptionEngineEnabled
        details.isPersonalizationEngineEnabled =
            isPersonalizationEngineEnabled ?? details.isPersonalizationEngineEnabled
        details.sealedSegmentCredential = sealedSegmentCredential ?? details.sealedSegmentCredential
    }

    private static func checked(_ credential: FieldValue) throws(InvalidObject) -> JSONObject? {
        guard let fields = try credential.fields(SegmentCredentialField.self) else { return nil }
        for field in SegmentCredentialField.allCases { _ = try fields[field].text() }
        return try credential.object()
    }
}

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

    /// - Parameter tools: those of an assistant that was fetched by itself, which also says that it has no knowledge.
    func json(tools: [Tool]? = nil) -> ByteBuffer {
        var json = ByteBuffer()
        write(to: &json, tools: tools)
        return json
    }

    func write(to json: inout ByteBuffer, tools: [Tool]? = nil) {
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
        if let tools {
            json.writeStaticString(",\"tools\":")
            json.writeArray(tools) { ToolRepresentation(tool: $0, baseURL: baseURL).write(to: &$1) }
            json.writeStaticString(",\"knowledge\":[]")
        }
        json.writeStaticString(",\"date_created\":")
        json.writeJSONString(assistant.dateCreated)
        json.writeStaticString(",\"date_updated\":")
        json.writeJSONString(assistant.dateUpdated)
        json.writeStaticString("}")
    }
}
