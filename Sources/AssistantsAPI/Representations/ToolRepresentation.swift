import AssistantsStore
import NIOCore
import Replies
import TextEncodings

/// The fields of a tool by their names on the wire.
enum ToolField: String, CaseIterable, WireField {
    case name, type, description, enabled, meta, policy
    case assistantID = "assistant_id"
    case requiresAuth = "requires_auth"
}

/// The fields of a tool's `meta` that mean something.
enum ToolMetaField: String, CaseIterable, WireField {
    case inputSchema = "input_schema"
}

/// The fields of a policy.
enum PolicyField: String, CaseIterable, WireField {
    case id, name, description, type
    case details = "policy_details"
}

/// The body of a tool's creation or change. What is absent or `null` is `nil`, and not changed.
struct ToolBody: Sendable {
    static let maximumNameLength = 1_024
    static let maximumDescriptionLength = 4_096
    /// In bytes: of `meta`, and of a policy's details. An assistant with all its tools fits into 8 MiB, and so does a tool with its policies.
    static let maximumObjectLength = 32_768
    /// The only one that the API has.
    static let type = "WEBHOOK"

    let name: String?
    let type: String?
    let isEnabled: Bool?
    let assistant: AssistantID?
    let policy: PolicyChange?
    private let description: String?
    private let requiresAuth: Bool?
    private let meta: JSONObject?

    /// The body of a change, which may also be empty, `null`, or `[]`.
    init(changes json: [UInt8]) throws {
        try self.init(json: ChangeBody.object(of: json))
    }

    /// - Throws: `APIError` where the body is none.
    init(json: [UInt8]) throws {
        (name, type, isEnabled, assistant, policy, description, requiresAuth, meta) =
            try APIError.naming("The body") { () throws(InvalidObject) in
                let fields = try ObjectFields<ToolField>(json: json, allowed: ToolField.allCases, unknown: .ignored)
                return (
                    try Self.name(fields[.name]),
                    try fields[.type].text({ $0 == Self.type ? $0 : nil }, allowed: "\"\(Self.type)\""),
                    try fields[.enabled].bool(),
                    try fields[.assistantID].text(
                        AssistantID.init,
                        allowed: AssistantID.form
                    ),
                    try Self.policy(fields[.policy]),
                    try Self.text(fields[.description], upTo: Self.maximumDescriptionLength),
                    try fields[.requiresAuth].bool(),
                    try Self.meta(fields[.meta])
                )
            }
    }

    @Sendable
    func change(_ details: inout ToolDetails) {
        details.name = name ?? details.name
        details.type = type ?? details.type
        details.description = description ?? details.description
        details.isEnabled = isEnabled ?? details.isEnabled
        details.requiresAuth = requiresAuth ?? details.requiresAuth
        details.meta = meta ?? details.meta
    }

    private static func policy(_ field: FieldValue) throws(InvalidObject) -> PolicyChange? {
        guard let fields = try field.fields(PolicyField.self) else { return nil }
        let id = try fields[.id].text(PolicyID.init, allowed: PolicyID.form)
        // Empty is what they are by default, and what a program may send back.
        let name = try Self.text(fields[.name], upTo: maximumNameLength)
        let description = try Self.text(fields[.description], upTo: maximumDescriptionLength)
        let type = try Self.text(fields[.type], upTo: maximumNameLength)
        let content = try Self.object(fields[.details])
        let change: @Sendable (inout PolicyDetails) -> Void = { details in
            details.name = name ?? details.name
            details.description = description ?? details.description
            details.type = type ?? details.type
            details.content = content ?? details.content
        }
        if let id { return .change(id, change) }
        guard let content else {
            throw InvalidObject(
                "has a \"policy\" without \"policy_details\": give them, or the \"id\" of one to change"
            )
        }
        var details = PolicyDetails(content)
        change(&details)
        return .create(details)
    }

    private static func name(_ field: FieldValue) throws(InvalidObject) -> String? {
        try field.text(
            { (1...maximumNameLength).contains($0.utf8.count) ? $0 : nil },
            allowed: "1 to \(maximumNameLength) bytes of text"
        )
    }

    private static func text(_ field: FieldValue, upTo length: Int) throws(InvalidObject) -> String? {
        try field.text({ $0.utf8.count <= length ? $0 : nil }, allowed: "\(length) bytes of text at most")
    }

    private static func meta(_ field: FieldValue) throws(InvalidObject) -> JSONObject? {
        guard let object = try object(field) else { return nil }
        if let schema = try field.fields(ToolMetaField.self)?[.inputSchema] { try check(schema) }
        return object
    }

    /// - Throws: `InvalidObject` with the position where a schema cannot be read.
    private static func check(_ schema: FieldValue) throws(InvalidObject) {
        let object = try? schema.object()
        let text = object == nil ? try schema.text() : nil
        do throws(InputSchemaError) {
            if let object {
                _ = try InputSchema(object)
            } else if let text {
                _ = try InputSchema(text)
            }
        } catch {
            throw InvalidObject(
                "has a bad \"\(schema.name)\": character \(error.position): \(error.reason)"
            )
        }
    }

    private static func object(_ field: FieldValue) throws(InvalidObject) -> JSONObject? {
        guard let object = try field.object() else { return nil }
        guard object.text.utf8.count <= maximumObjectLength else {
            throw InvalidObject("has a long \"\(field.name)\": it must be \(maximumObjectLength) bytes of JSON at most")
        }
        return object
    }
}

/// A tool as JSON.
struct ToolRepresentation {
    let tool: Tool
    /// What the tool's URL begins with.
    let baseURL: String

    /// How many bytes all but the tool's own texts take at most, with what separates tools.
    static func overhead(baseURL: String) -> Int { 512 + JSONText.stringLength(baseURL) }

    /// - Parameter policies: those of a tool that was fetched by itself.
    func json(policies: [Policy]? = nil) -> ByteBuffer {
        var json = ByteBuffer()
        write(to: &json, policies: policies)
        return json
    }

    func write(to json: inout ByteBuffer, policies: [Policy]? = nil) {
        let details = tool.details
        json.writeStaticString("{\"id\":")
        json.writeJSONString(tool.id.text)
        json.writeStaticString(",\"account_sid\":")
        json.writeJSONString(tool.account.text)
        json.writeStaticString(",\"name\":")
        json.writeJSONString(details.name)
        json.writeStaticString(",\"type\":")
        json.writeJSONString(details.type)
        json.writeStaticString(",\"description\":")
        json.writeJSONString(details.description)
        json.writeString(",\"enabled\":\(details.isEnabled),\"requires_auth\":\(details.requiresAuth),\"meta\":")
        json.writeString(details.meta.text)
        json.writeStaticString(",\"url\":")
        json.writeJSONString(baseURL + "/v1/Tools/" + PercentEncoding.encodeSegment(tool.id.text[...]))
        if let policies {
            json.writeStaticString(",\"policies\":")
            json.writeArray(policies) { PolicyRepresentation(policy: $0).write(to: &$1) }
        }
        json.writeStaticString(",\"date_created\":")
        json.writeJSONString(tool.dateCreated)
        json.writeStaticString(",\"date_updated\":")
        json.writeJSONString(tool.dateUpdated)
        json.writeStaticString("}")
    }
}

/// A policy as JSON.
struct PolicyRepresentation {
    let policy: Policy

    /// How many bytes all but the policy's own texts take at most, with what separates policies.
    static let overhead = 512

    func write(to json: inout ByteBuffer) {
        let details = policy.details
        json.writeStaticString("{\"id\":")
        json.writeJSONString(policy.id.text)
        json.writeStaticString(",\"account_sid\":")
        json.writeJSONString(policy.account.text)
        json.writeStaticString(",\"name\":")
        json.writeJSONString(details.name)
        json.writeStaticString(",\"description\":")
        json.writeJSONString(details.description)
        json.writeStaticString(",\"type\":")
        json.writeJSONString(details.type)
        json.writeStaticString(",\"policy_details\":")
        json.writeString(details.content.text)
        json.writeStaticString(",\"date_created\":")
        json.writeJSONString(policy.dateCreated)
        json.writeStaticString(",\"date_updated\":")
        json.writeJSONString(policy.dateUpdated)
        json.writeStaticString("}")
    }
}
