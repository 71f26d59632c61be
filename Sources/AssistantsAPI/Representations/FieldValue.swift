import AssistantsStore

/// The value of one field of a JSON object, and the errors that name it. What is absent or `null` is `nil`.
struct FieldValue {
    let name: String
    private let value: JSONValue

    init(name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }

    func text() throws(InvalidObject) -> String? {
        switch value {
        case .null: nil
        case .string(let text): text
        default: throw wrongKind("a string")
        }
    }

    /// - Parameters:
    ///   - make: gives `nil` for a text that is not allowed.
    ///   - allowed: in words that continue "it must be".
    func text<Value>(_ make: (String) -> Value?, allowed: String) throws(InvalidObject) -> Value? {
        guard let text = try text() else { return nil }
        guard let value = make(text) else {
            throw InvalidObject("has a bad \"\(name)\": it must be \(allowed)")
        }
        return value
    }

    func object() throws(InvalidObject) -> JSONObject? {
        switch value {
        case .null: nil
        case .object(let object): object
        default: throw wrongKind("an object")
        }
    }

    /// The fields of an object; those that are not known are ignored. Errors name them behind this field's name and a dot.
    func fields<Field: WireField & CaseIterable>(
        _ type: Field.Type
    ) throws(InvalidObject) -> ObjectFields<Field>? {
        guard let object = try object() else { return nil }
        return try ObjectFields(
            json: Array(object.text.utf8),
            allowed: Array(Field.allCases),
            unknown: .ignored,
            of: name
        )
    }

    func bool() throws(InvalidObject) -> Bool? {
        switch value {
        case .null: nil
        case .bool(let bool): bool
        default: throw wrongKind("true or false")
        }
    }

    func date() throws(InvalidObject) -> Timestamp? {
        try text(Timestamp.init(iso8601:), allowed: "a date like 2026-07-01T09:30:00Z")
    }

    private func wrongKind(_ wanted: String) -> InvalidObject {
        InvalidObject("has \(value.kind) as \"\(name)\": it must be \(wanted)")
    }
}
