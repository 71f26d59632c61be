package import AssistantsStore

/// What a tool takes: an object type of TypeScript, or JSON Schema. The original took the former.
package struct InputSchema: Equatable, Sendable {
    /// JSON Schema of type `object`, as the APIs of model servers want it.
    package let json: JSONObject

    /// - Throws: `InputSchemaError`.
    package init(_ text: String) throws(InputSchemaError) {
        if let schema = try? JSONObject(text) {
            try self.init(schema)
        } else {
            var parser = TypeScriptParser(text)
            self.init(json: JSONObject(unchecked: try parser.schema()))
        }
    }

    /// - Throws: `InputSchemaError` where the schema is of something else than an object.
    package init(_ schema: JSONObject) throws(InputSchemaError) {
        var scanner = JSONScanner(Array(schema.text.utf8))
        guard let members = try? scanner.members() else {
            throw InputSchemaError(position: 1, reason: "it is not a JSON object")
        }
        guard let type = members.first(where: { $0.key == "type" }) else {
            let rest = schema.withoutWhiteSpace.text.dropFirst()
            self.init(json: JSONObject(unchecked: #"{"type":"object"\#(members.isEmpty ? "" : ",")\#(rest)"#))
            return
        }
        guard case .string("object") = type.value else {
            throw InputSchemaError(position: 1, reason: "the \"type\" of the JSON Schema must be \"object\"")
        }
        self.init(json: schema)
    }

    private init(json: JSONObject) {
        self.json = json
    }
}

/// Why a text describes no input.
package struct InputSchemaError: Error, Equatable {
    /// In scalars; 1 is the first.
    package let position: Int
    /// In words that continue a sentence.
    package let reason: String
}
