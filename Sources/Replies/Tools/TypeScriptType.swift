import Foundation

/// A type, as JSON Schema has it.
indirect enum TypeScriptType: Equatable {
    struct Property: Equatable {
        let name: String
        let type: TypeScriptType
        let isOptional: Bool
        var description: String?
    }

    case any, undefined, date
    case simple(String)
    /// In JSON.
    case literal(String, type: String)
    case array(TypeScriptType)
    case tuple([TypeScriptType])
    case union([TypeScriptType])
    case object([Property], rest: TypeScriptType?)

    var isObject: Bool { if case .object = self { true } else { false } }

    var json: String { "{\(members.joined(separator: ","))}" }

    private var members: [String] {
        switch self {
        case .any, .undefined: []
        case .date: [#""type":"string""#, #""format":"date-time""#]
        case .simple(let name): [#""type":"\#(name)""#]
        case .literal(let json, let type): [#""type":"\#(type)""#, #""enum":[\#(json)]"#]
        case .array(let element): [#""type":"array""#, #""items":\#(element.json)"#]
        case .tuple(let types):
            [
                #""type":"array""#, #""prefixItems":[\#(types.map(\.json).joined(separator: ","))]"#,
                #""minItems":\#(types.count)"#, #""maxItems":\#(types.count)"#,
            ]
        case .union(let types): Self.members(ofUnion: types)
        case .object(let properties, let rest): Self.members(of: properties, rest: rest)
        }
    }

    private static func members(ofUnion types: [TypeScriptType]) -> [String] {
        var (literals, kinds): ([String], Set<String>) = ([], [])
        for case .literal(let json, let type) in types {
            literals.append(json)
            kinds.insert(type)
        }
        guard literals.count == types.count, let kind = kinds.first, kinds.count == 1 else {
            return [#""anyOf":[\#(types.map(\.json).joined(separator: ","))]"#]
        }
        return [#""type":"\#(kind)""#, #""enum":[\#(literals.joined(separator: ","))]"#]
    }

    private static func members(of properties: [Property], rest: TypeScriptType?) -> [String] {
        // The last of several with one name is meant.
        var last: [String: Int] = [:]
        for (index, property) in properties.enumerated() { last[property.name] = index }
        let kept = properties.enumerated().filter { last[$1.name] == $0 }.map(\.element)
        let described = kept.map { property in
            var members = property.type.members
            if let description = property.description {
                members.append("\"description\":\(quoted(description))")
            }
            return "\(quoted(property.name)):{\(members.joined(separator: ","))}"
        }
        var members = [#""type":"object""#, #""properties":{\#(described.joined(separator: ","))}"#]
        let required = kept.filter { !$0.isOptional }.map { quoted($0.name) }
        if !required.isEmpty { members.append(#""required":[\#(required.joined(separator: ","))]"#) }
        if let rest { members.append(#""additionalProperties":\#(rest.json)"#) }
        return members
    }

    /// Text as JSON has it.
    static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}
