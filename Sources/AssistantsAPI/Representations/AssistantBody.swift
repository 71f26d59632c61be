import AssistantsStore
import Secrets

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

    /// The body of a change, which may also be empty, `null`, or `[]`: that is how SDKs send a change of nothing.
    init(changes json: [UInt8], sealingKey: Result<SealingKey, any Error>) throws {
        try self.init(json: Self.isNothing(json) ? Array("{}".utf8) : json, sealingKey: sealingKey)
    }

    private static func isNothing(_ json: [UInt8]) -> Bool {
        // Nearly every body is an object.
        guard json.first(where: { !isWhitespace($0) }) != UInt8(ascii: "{") else { return false }
        let tokens = json.split(whereSeparator: isWhitespace).map { String(decoding: $0, as: UTF8.self) }
        return [[], ["null"], ["[]"], ["[", "]"]].contains(tokens)
    }

    private static func isWhitespace(_ byte: UInt8) -> Bool {
        [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n")].contains(byte)
    }

    /// - Parameter sealingKey: what the credential is sealed with, so that it does not go on unsealed.
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
