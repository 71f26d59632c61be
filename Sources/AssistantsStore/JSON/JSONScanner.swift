/// Checks JSON (RFC 8259) and finds the members of its outermost object, without building anything of the rest.
///
/// Stricter than the grammar where a text that passes could not be told apart or stored: a key that comes twice in one
/// object, a NUL, and half of a surrogate pair are refused, and so is what nests deeper than `maximumDepth`. A number that
/// many parsers cannot represent is refused unless `numbers` allows it.
package struct JSONScanner {
    /// Which numbers a text may have.
    package enum Numbers: Sendable {
        /// Those whose nearest IEEE 754 double is finite: one that is not makes Go and C# refuse a whole page.
        case finite
        /// Every number of the grammar. For stored text, and for imports with `--keep-numbers`.
        case any
    }

    /// How many objects and arrays may lie in each other.
    package static let maximumDepth = 256

    let bytes: [UInt8]
    private let numbers: Numbers
    private var index = 0
    private var depth = 0
    /// Where the key begins whose value is being scanned, for errors in that.
    private var keyStart: Int?

    package init(_ bytes: [UInt8], numbers: Numbers = .finite) {
        self.bytes = bytes
        self.numbers = numbers
    }

    /// The members of the object that the whole text must be, in their order.
    package mutating func members() throws(JSONError) -> [JSONMember] {
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw JSONError(offset: error.byteOffsets.lowerBound, reason: "invalid UTF-8")
        }
        skipWhitespace()
        guard peek() == UInt8(ascii: "{") else { throw failure("expected an object") }
        var members: [JSONMember] = []
        try scanObject { key, value throws(JSONError) in
            members.append(JSONMember(key: key.text, value: value))
        }
        skipWhitespace()
        guard index == bytes.count else { throw failure("expected nothing after the object") }
        return members
    }

    // MARK: Values

    /// - Parameter visit: called for each member; without one, values are only checked.
    private mutating func scanObject(
        _ visit: ((_ key: JSONString, _ value: JSONValue) throws(JSONError) -> Void)? = nil
    ) throws(JSONError) {
        try enter()
        let outerKey = keyStart
        if !skipEnd(closing: UInt8(ascii: "}")) {
            var keys = JSONKeys()
            repeat {
                skipWhitespace()
                let start = index
                guard peek() == UInt8(ascii: "\"") else { throw failure("expected a key in double quotes") }
                let key = try scanString()
                keyStart = start
                guard keys.insert(key.bytes) else {
                    throw JSONError(offset: start, reason: "the key\(JSONKeyName.shown(key.text)) comes twice")
                }
                skipWhitespace()
                guard skip(UInt8(ascii: ":")) else { throw failure("expected a colon after the key") }
                skipWhitespace()
                if let visit {
                    try visit(key, try readValue())
                } else {
                    try scanValue()
                }
            } while try hasMore(closing: UInt8(ascii: "}"))
        }
        keyStart = outerKey
        depth -= 1
    }

    /// - Parameter visit: called for each element; without one, elements are only checked.
    private mutating func scanArray(_ visit: ((_ element: JSONValue) -> Void)? = nil) throws(JSONError) {
        try enter()
        if !skipEnd(closing: UInt8(ascii: "]")) {
            repeat {
                skipWhitespace()
                if let visit {
                    visit(try readValue())
                } else {
                    try scanValue()
                }
            } while try hasMore(closing: UInt8(ascii: "]"))
        }
        depth -= 1
    }

    private mutating func readValue() throws(JSONError) -> JSONValue {
        let start = index
        switch peek() {
        case UInt8(ascii: "{"):
            try scanObject()
            return .object(JSONObject(scanned: bytes[start..<index]))
        case UInt8(ascii: "\""):
            return .string(try scanString().text)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try scanArray { elements.append($0) }
            return .array(elements)
        case UInt8(ascii: "n"):
            try scanLiteral("null")
            return .null
        case UInt8(ascii: "t"):
            try scanLiteral("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try scanLiteral("false")
            return .bool(false)
        default:
            try scanNumber()
            return .number
        }
    }

    private mutating func scanValue() throws(JSONError) {
        switch peek() {
        case UInt8(ascii: "{"): try scanObject()
        case UInt8(ascii: "["): try scanArray()
        case UInt8(ascii: "\""): _ = try scanString()
        case UInt8(ascii: "t"): try scanLiteral("true")
        case UInt8(ascii: "f"): try scanLiteral("false")
        case UInt8(ascii: "n"): try scanLiteral("null")
        default: try scanNumber()
        }
    }

    private mutating func scanLiteral(_ literal: StaticString) throws(JSONError) {
        for offset in 0..<literal.utf8CodeUnitCount {
            guard skip(literal.utf8Start[offset]) else { throw failure("expected a value") }
        }
    }

    private mutating func scanNumber() throws(JSONError) {
        let start = index
        _ = skip(UInt8(ascii: "-"))
        if !skip(UInt8(ascii: "0")), skipDigits() == 0 {
            throw JSONError(offset: start, reason: "expected a value")
        }
        if skip(UInt8(ascii: ".")), skipDigits() == 0 { throw failure("expected a digit") }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
            if skipDigits() == 0 { throw failure("expected a digit") }
        }
        guard numbers == .any || JSONNumber.isFinite(bytes[start..<index]) else {
            throw JSONError(
                offset: start,
                reason: "the number\(keyName()) must be within the range of a double (±1.8e308), or a string"
            )
        }
    }

    /// The key whose value is being scanned, as `JSONKeyName.shown` gives it.
    private func keyName() -> String {
        guard let keyStart else { return "" }
        var scanner = self
        scanner.index = keyStart
        return (try? scanner.scanString()).map { " of\(JSONKeyName.shown($0.text))" } ?? ""
    }

    private mutating func scanString() throws(JSONError) -> JSONString {
        let start = index + 1
        guard let end = try JSONString.end(in: bytes, from: start) else {
            throw JSONError(offset: index, reason: "the string does not end")
        }
        index = end.quote + 1
        return try JSONString(bytes[start..<end.quote], hasEscapes: end.hasEscapes)
    }

    // MARK: Structure

    private mutating func enter() throws(JSONError) {
        depth += 1
        guard depth <= Self.maximumDepth else { throw failure("nested deeper than \(Self.maximumDepth)") }
        index += 1
    }

    private mutating func skipEnd(closing: UInt8) -> Bool {
        skipWhitespace()
        return skip(closing)
    }

    private mutating func hasMore(closing: UInt8) throws(JSONError) -> Bool {
        skipWhitespace()
        if skip(UInt8(ascii: ",")) { return true }
        guard skip(closing) else {
            throw failure("expected a comma or \"\(Character(Unicode.Scalar(closing)))\"")
        }
        return false
    }

    // MARK: Bytes

    private func peek() -> UInt8? {
        index < bytes.count ? bytes[index] : nil
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipDigits() -> Int {
        let start = index
        while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
        return index - start
    }

    private mutating func skipWhitespace() {
        while let byte = peek(), byte.isJSONWhiteSpace { index += 1 }
    }

    private func failure(_ reason: String) -> JSONError {
        JSONError(offset: index, reason: index < bytes.count ? reason : "the text ends too early: \(reason)")
    }
}

/// One key and value of a JSON object.
package struct JSONMember: Sendable {
    package let key: String
    package let value: JSONValue
}

/// Why a text is not the JSON that is wanted.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    /// In bytes from the start of the text.
    package let offset: Int
    package let reason: String

    package init(offset: Int, reason: String) {
        self.offset = offset
        self.reason = reason
    }

    package var description: String { "\(reason), at byte \(offset)" }
}
