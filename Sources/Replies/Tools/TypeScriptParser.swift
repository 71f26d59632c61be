/// Reads object types: properties with comments, optional ones, unions, literals, arrays, tuples, records, and names of types that the text
/// declares. What TypeScript has beyond that is refused.
struct TypeScriptParser {
    private static let maximumDepth = 32
    /// Of types in the schema, where each declared one counts wherever it is used.
    private static let maximumCount = 4_096

    /// The types that have been declared so far, and how many each has in it.
    private var declared: [String: (schema: TypeScriptType, count: Int)] = [:]
    private var count = 0
    private var lexer: TypeScriptLexer
    private var depth = 0

    init(_ text: String) {
        lexer = TypeScriptLexer(text)
    }

    /// The JSON Schema of the type that is exported, or of the last one.
    mutating func schema() throws(InputSchemaError) -> String {
        var (exported, last): (TypeScriptType?, TypeScriptType?)
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
        _ read: (inout Self) throws(InputSchemaError) -> TypeScriptType
    ) throws(InputSchemaError) -> TypeScriptType {
        let before = count
        let schema = try read(&self)
        declared[name] = (schema, count - before)
        return schema
    }

    private static let mustBeObject = "the type must be an object type like { date: string }"

    private func notAnObject(at token: TypeScriptLexer.Token) -> InputSchemaError {
        InputSchemaError(position: token.position, reason: Self.mustBeObject)
    }

    private mutating func type() throws(InputSchemaError) -> TypeScriptType {
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

    private mutating func array() throws(InputSchemaError) -> TypeScriptType {
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

    private mutating func single() throws(InputSchemaError) -> TypeScriptType {
        let token = try lexer.peek()
        switch token.kind {
        case .string:
            _ = try lexer.next()
            return .literal(TypeScriptType.quoted(token.text), type: "string")
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

    private mutating func named(_ token: TypeScriptLexer.Token) throws(InputSchemaError) -> TypeScriptType {
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

    private mutating func tuple() throws(InputSchemaError) -> TypeScriptType {
        try expect("[", "before the types of the elements")
        var types: [TypeScriptType] = []
        while try !lexer.take("]") {
            types.append(try type())
            if try !lexer.take(",") {
                try expect("]", "behind the types of the elements")
                break
            }
        }
        return .tuple(types)
    }

    private mutating func object() throws(InputSchemaError) -> TypeScriptType {
        try expect("{", "before the properties")
        var properties: [TypeScriptType.Property] = []
        var rest: TypeScriptType?
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

    private mutating func property() throws(InputSchemaError) -> TypeScriptType.Property {
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
        return TypeScriptType.Property(name: token.text, type: type, isOptional: isOptional, description: description)
    }

    private mutating func name(of what: String) throws(InputSchemaError) -> String {
        guard try lexer.peek().kind == .name else { throw lexer.unexpected("the name of \(what)") }
        return try lexer.next().text
    }

    private mutating func expect(_ sign: String, _ place: String) throws(InputSchemaError) {
        guard try lexer.take(sign) else { throw lexer.unexpected("`\(sign)` \(place)") }
    }
}
