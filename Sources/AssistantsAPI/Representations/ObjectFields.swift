import AssistantsStore

/// The fields that a JSON object has, by their names on the wire.
struct ObjectFields<Field: WireField> {
    /// What becomes of a field that is not known.
    enum UnknownFields {
        case ignored
        case refused
    }

    private var values: [Field: FieldValue] = [:]

    /// - Parameter json: the bytes of one JSON object.
    init(
        json: [UInt8],
        allowed: [Field],
        unknown: UnknownFields,
        numbers: JSONScanner.Numbers = .finite
    ) throws(InvalidObject) {
        let members: [JSONMember]
        do {
            var scanner = JSONScanner(json, numbers: numbers)
            members = try scanner.members()
        } catch {
            throw InvalidObject("is not a JSON object: \(error)")
        }
        try self.init(members, allowed: allowed, unknown: unknown)
    }

    /// Of an object that has been scanned already.
    init(_ members: [JSONMember], allowed: [Field], unknown: UnknownFields) throws(InvalidObject) {
        for member in members {
            guard let field = Field(key: member.key), allowed.contains(field) else {
                if case .ignored = unknown { continue }
                let names = allowed.map(\.rawValue).joined(separator: ", ")
                throw InvalidObject("has an unknown field\(JSONKeyName.shown(member.key)); allowed: \(names)")
            }
            guard values.updateValue(FieldValue(name: member.key, member.value), forKey: field) == nil else {
                throw InvalidObject("has the field \"\(field.rawValue)\" in two spellings")
            }
        }
    }

    /// A field that is absent is like one that is `null`.
    subscript(field: Field) -> FieldValue {
        values[field] ?? FieldValue(name: field.rawValue, .null)
    }
}
