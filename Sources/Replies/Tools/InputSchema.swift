package import AssistantsStore
import Foundation

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

/// Reads object types: properties with comments, optional ones, unions, literals, arrays, tuples, records, and names of types that the text
/// declares. What TypeScript has beyond that is refused.
private struct TypeScriptParser {
    private static let maximumDepth = 32
    /// Of types in the schema, where each declared one counts wherever it is used.
    private static let maximumCount = 4_096

    /// The types that have been declared so far, and how many each has in it.
    private var declared: [String: (schema: Schema, count: Int)] = [:]
    private var count = 0
    private var lexer: TypeScriptLexer
    private var depth = 0

    init(_ text: String) {
        lexer = TypeScriptLexer(text)
    }

    /// The JSON Schema of the type that is exported, or of the last one.
    mutating func schema() throws(InputSchemaError) -> String {
        var (exported, last): (Schema?, Schema?)
        while try lexer.peek().kind != .end {
            let start = try lexer.peek()
            let isExported = try lexer.take("export")
            if try lexer.take("type") {
                let name = try self.name(of: "the type")
                try expect("=", "between the name of the type and what it is")
                last = try declare(name) { parser throws(InputSchemaError) in try parser.type() }
            } else if try lexer.take("interface") {
                let name = try self.name(of: "the interface")
                last = try declare(name) { parser throws(InputSchemaError) in try parser.object() }
            } else {
                guard !isExported, last == nil else { throw lexer.unexpected("`type` or `interface`") }
                last = try type()
            }
            guard last?.isObject == true || !isExported else { throw notAnObject(at: start) }
            if isExported { exported = last }
            while try lexer.take(";") {}
        }
        guard let schema = exported ?? last else {
            throw InputSchemaError(position: 1, reason: "it is empty: give {} if the tool takes nothing")
        }
        guard schema.isObject else { throw InputSchemaError(position: 1, reason: Self.mustBeObject) }
        return schema.json
    }

    private mutating func declare(
        _ name: String,
        _ read: (inout Self) throws(InputSchemaError) -> Schema
    ) throws(InputSchemaError) -> Schema {
        let before = count
        let schema = try read(&self)
        declared[name] = (schema, count - before)
        return schema
    }

    private static let mustBeObject = "the type must be an object type like { date: string }"

    private func notAnObject(at token: TypeScriptLexer.Token) -> InputSchemaError {
        InputSchemaError(position: token.position, reason: Self.mustBeObject)
    }

    private mutating func type() throws(InputSchemaError) -> Schema {
        depth += 1
        defer { depth -= 1 }
        _ = try lexer.peek()
        guard depth <= Self.maximumDepth else {
            throw lexer.error("there are more than \(Self.maximumDepth) types in each other")
        }
        _ = try lexer.take("|")
        var types = [try array()]
        while try lexer.take("|") { types.append(try array()) }
        return types.count == 1 ? types[0] : .union(types)
    }

    private mutating func array() throws(InputSchemaError) -> Schema {
        try add(1)
        var element = try single()
        // On the same line: `[` at the beginning of another may be an index signature.
        while try lexer.peek().text == "[", try !lexer.peek().isFirstOfLine {
            _ = try lexer.take("[")
            try expect("]", "behind `[`")
            element = .array(element)
        }
        return element
    }

    private mutating func add(_ types: Int) throws(InputSchemaError) {
        count += types
        guard count <= Self.maximumCount else {
            throw lexer.error("there are more than \(Self.maximumCount) types")
        }
    }

    private mutating func single() throws(InputSchemaError) -> Schema {
        let token = try lexer.peek()
        switch token.kind {
        case .string:
            _ = try lexer.next()
            return .literal(quoted(token.text), type: "string")
        case .number:
            _ = try lexer.next()
            return .literal(token.text, type: "number")
        case .sign where token.text == "{": return try object()
        case .sign where token.text == "(":
            _ = try lexer.next()
            let inner = try type()
            try expect(")", "behind the type in parentheses")
            return inner
        case .sign where token.text == "[": return try tuple()
        case .name:
            _ = try lexer.next()
            return try named(token)
        default: throw lexer.unexpected("a type")
        }
    }

    private mutating func named(_ token: TypeScriptLexer.Token) throws(InputSchemaError) -> Schema {
        switch token.text {
        case "string", "number", "boolean", "null": return .simple(token.text)
        case "bigint": return .simple("integer")
        case "undefined": return .undefined
        case "any", "unknown", "object": return token.text == "object" ? .object([], rest: .any) : .any
        case "true", "false": return .literal(token.text, type: "boolean")
        case "Date": return .date
        case "Array", "ReadonlyArray":
            try expect("<", "behind `\(token.text)`")
            let element = try type()
            try expect(">", "behind the type of the elements")
            return .array(element)
        case "Record":
            try expect("<", "behind `Record`")
            _ = try type()
            try expect(",", "between the types of keys and values")
            let value = try type()
            try expect(">", "behind the type of the values")
            return .object([], rest: value)
        default:
            guard let (schema, count) = declared[token.text] else {
                throw InputSchemaError(
                    position: token.position,
                    reason:
                        "the type `\(token.text)` is not known: declare it before, or use string, number, boolean, or an object"
                )
            }
            try add(count)
            return schema
        }
    }

    private mutating func tuple() throws(InputSchemaError) -> Schema {
        try expect("[", "before the types of the elements")
        var types: [Schema] = []
        while try !lexer.take("]") {
            types.append(try type())
            if try !lexer.take(",") {
                try expect("]", "behind the types of the elements")
                break
            }
        }
        return .tuple(types)
    }

    private mutating func object() throws(InputSchemaError) -> Schema {
        try expect("{", "before the properties")
        var properties: [Schema.Property] = []
        var rest: Schema?
        while try !lexer.take("}") {
            if try lexer.take("[") {
                _ = try name(of: "the key")
                try expect(":", "behind the name of the key")
                _ = try type()
                try expect("]", "behind the type of the key")
                try expect(":", "behind the key")
                rest = try type()
            } else {
                properties.append(try property())
            }
            let separator = try lexer.peek()
            if [",", ";"].contains(separator.text), separator.kind == .sign {
                _ = try lexer.next()
            } else if separator.text != "}", !separator.isFirstOfLine {
                throw lexer.unexpected("`,`, `;`, or the end of the line behind a property")
            }
            if let comment = try lexer.takeCommentOfLine(), let last = properties.indices.last {
                properties[last].description = properties[last].description ?? comment
            }
        }
        return .object(properties, rest: rest)
    }

    private mutating func property() throws(InputSchemaError) -> Schema.Property {
        var token = try lexer.next()
        let description = token.comment
        if token.text == "readonly", token.kind == .name, try lexer.peek().kind != .sign { token = try lexer.next() }
        guard [.name, .string, .number].contains(token.kind) else {
            throw InputSchemaError(position: token.position, reason: "\(token.shown) is not the name of a property")
        }
        var isOptional = try lexer.take("?")
        try expect(":", "behind the name of the property `\(token.text)`")
        var type = try type()
        if case .union(let types) = type, types.contains(.undefined) {
            isOptional = true
            let others = types.filter { $0 != .undefined }
            type = others.count == 1 ? others[0] : .union(others)
        }
        return Schema.Property(name: token.text, type: type, isOptional: isOptional, description: description)
    }

    private mutating func name(of what: String) throws(InputSchemaError) -> String {
        guard try lexer.peek().kind == .name else { throw lexer.unexpected("the name of \(what)") }
        return try lexer.next().text
    }

    private mutating func expect(_ sign: String, _ place: String) throws(InputSchemaError) {
        guard try lexer.take(sign) else { throw lexer.unexpected("`\(sign)` \(place)") }
    }

    /// A type, as JSON Schema has it.
    private indirect enum Schema: Equatable {
        struct Property: Equatable {
            let name: String
            let type: Schema
            let isOptional: Bool
            var description: String?
        }

        case any, undefined, date
        case simple(String)
        /// In JSON.
        case literal(String, type: String)
        case array(Schema)
        case tuple([Schema])
        case union([Schema])
        case object([Property], rest: Schema?)

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

        private static func members(ofUnion types: [Schema]) -> [String] {
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

        private static func members(of properties: [Property], rest: Schema?) -> [String] {
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
    }
}

/// Text as JSON has it.
private func quoted(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
}
