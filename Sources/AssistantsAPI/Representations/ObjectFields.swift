import AssistantsStore

/// The fields that a JSON object has, by their names on the wire.
struct ObjectFields<Field: WireField> {
    /// What becomes of a field that is not known.
    enum UnknownFields {
        case ignored
        case refused
    }

    private var values: [Field: FieldValue] = [:]

    /// What errors have before a field's name.
    private let prefix: String

    /// - Parameters:
    ///   - json: the bytes of one JSON object.
    ///   - name: of the field whose value it is; `nil` for a body.
    init(
        json: [UInt8],
        allowed: [Field],
        unknown: UnknownFields,
        numbers: JSONScanner.Numbers = .finite,
        of name: String? = nil
    ) throws(InvalidObject) {
        let members: [JSONMember]
        do {
            var scanner = JSONScanner(json, numbers: numbers)
            members = try scanner.members()
        } catch {
            throw InvalidObject("is not a JSON object: \(error)")
        }
        try self.init(members, allowed: allowed, unknown: unknown, of: name)
    }

    /// Of an object that has been scanned already.
    init(
        _ members: [JSONMember],
        allowed: [Field],
        unknown: UnknownFields,
        of name: String? = nil
    ) throws(InvalidObject) {
        prefix = name.map { "\($0)." } ?? ""
        for member in members {
            guard let field = Field(key: member.key), allowed.contains(field) else {
                if case .ignored = unknown { continue }
                let names = allowed.map(\.rawValue).joined(separator: ", ")
                throw InvalidObject("has an unknown field\(JSONKeyName.shown(member.key)); allowed: \(names)")
            }
            guard values.updateValue(FieldValue(name: prefix + member.key, member.value), forKey: field) == nil else {
                throw InvalidObject("has the field \"\(field.rawValue)\" in two spellings")
            }
        }
    }

    /// A field that is absent is like one that is `null`.
    subscript(field: Field) -> FieldValue {
        values[field] ?? FieldValue(name: prefix + field.rawValue, .null)
    }
}
