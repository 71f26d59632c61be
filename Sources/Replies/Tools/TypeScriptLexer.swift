import AssistantsStore

/// Splits the text of types into tokens, and keeps the comments that describe them.
struct TypeScriptLexer {
    struct Token {
        enum Kind {
            case name, string, number, sign, end
        }

        var kind: Kind
        /// Of a string, what is in it.
        var text: String
        /// In scalars; 1 is the first.
        let position: Int
        /// Whether nothing but comments stands before it on its line.
        let isFirstOfLine: Bool
        /// What stands before it, but for `commentOfLine`.
        var comment: String?
        /// What stands behind the token before, up to the end of that one's line.
        var commentOfLine: String?

        /// For messages.
        var shown: String { kind == .end ? "the end" : "`\(text)`" }
    }

    private let scalars: [Unicode.Scalar]
    private var index = 0
    /// The token that was looked at, and not taken yet.
    private var ahead: Token?

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
    }

    // MARK: Tokens

    /// - Returns: the next token, which stays the next.
    mutating func peek() throws(InputSchemaError) -> Token {
        if let ahead { return ahead }
        let token = try read()
        ahead = token
        return token
    }

    mutating func next() throws(InputSchemaError) -> Token {
        let token = try peek()
        ahead = nil
        return token
    }

    /// Takes the next token if it is this word or sign.
    mutating func take(_ text: String) throws(InputSchemaError) -> Bool {
        let token = try peek()
        guard token.kind == .name || token.kind == .sign, token.text == text else { return false }
        ahead = nil
        return true
    }

    /// The comment that ends the line of the token before the next one.
    mutating func takeCommentOfLine() throws(InputSchemaError) -> String? {
        _ = try peek()
        defer { ahead?.commentOfLine = nil }
        return ahead?.commentOfLine
    }

    // MARK: Errors

    /// At the next token.
    func error(_ reason: String) -> InputSchemaError {
        InputSchemaError(position: ahead?.position ?? index + 1, reason: reason)
    }

    /// - Parameter wanted: what may stand at the next token.
    func unexpected(_ wanted: String) -> InputSchemaError {
        error("there must be \(wanted), not \(ahead?.shown ?? "the end")")
    }

    // MARK: Reading

    private mutating func read() throws(InputSchemaError) -> Token {
        var comments: [(text: String, isOnLineBefore: Bool)] = []
        var isNewLine = index == 0
        while index < scalars.count {
            if scalars[index].properties.isWhitespace {
                isNewLine = isNewLine || scalars[index] == "\n" || scalars[index] == "\r"
                index += 1
            } else if let comment = try comment() {
                comments.append((comment, !isNewLine))
            } else {
                break
            }
        }
        // A comment on one line with the tokens on both its sides is of the second.
        func joined(_ isOnLineBefore: Bool) -> String? {
            let texts = comments.filter { ($0.isOnLineBefore && isNewLine) == isOnLineBefore && !$0.text.isEmpty }
            return texts.isEmpty ? nil : texts.map(\.text).joined(separator: " ")
        }
        let start = index
        let (kind, text) = try word()
        return Token(
            kind: kind,
            text: text,
            position: start + 1,
            isFirstOfLine: isNewLine || kind == .end,
            comment: joined(false),
            commentOfLine: joined(true)
        )
    }

    /// - Returns: `nil` if there is none here.
    private mutating func comment() throws(InputSchemaError) -> String? {
        guard scalars[index] == "/", index + 1 < scalars.count else { return nil }
        let start = index
        switch scalars[index + 1] {
        case "/":
            while index < scalars.count, scalars[index] != "\n", scalars[index] != "\r" { index += 1 }
            return Self.cleaned(scalars[(start + 2)..<index])
        case "*":
            index += 2
            while index + 1 < scalars.count, !(scalars[index] == "*" && scalars[index + 1] == "/") { index += 1 }
            guard index + 1 < scalars.count else {
                throw InputSchemaError(position: start + 1, reason: "the comment is not closed")
            }
            defer { index += 2 }
            return Self.cleaned(scalars[(start + 2)..<index])
        default: return nil
        }
    }

    /// Its words, without the asterisks before its lines.
    private static func cleaned(_ comment: ArraySlice<Unicode.Scalar>) -> String {
        let lines = comment.split(whereSeparator: { $0 == "\n" || $0 == "\r" }).map { line in
            var line = line.drop { $0.properties.isWhitespace || $0 == "*" || $0 == "/" }
            while let last = line.last, last.properties.isWhitespace || last == "*" { line.removeLast() }
            return String(String.UnicodeScalarView(line))
        }
        return lines.filter { !$0.isEmpty }.joined(separator: " ")
    }

    private mutating func word() throws(InputSchemaError) -> (Token.Kind, String) {
        guard index < scalars.count else { return (.end, "") }
        let start = index
        let first = scalars[index]
        if ["\"", "'", "`"].contains(first) { return (.string, try string(until: first)) }
        if Self.isOfName(first), !Self.isDigit(first) {
            while index < scalars.count, Self.isOfName(scalars[index]) { index += 1 }
            return (.name, text(from: start))
        }
        if Self.isDigit(first) || first == "-" && index + 1 < scalars.count && Self.isDigit(scalars[index + 1]) {
            index += 1
            while index < scalars.count, Self.isDigit(scalars[index]) || scalars[index] == "." { index += 1 }
            let text = text(from: start)
            guard (try? JSONObject("{\"\":\(text)}")) != nil else {
                throw InputSchemaError(position: start + 1, reason: "`\(text)` is not a number")
            }
            return (.number, text)
        }
        index += 1
        return (.sign, text(from: start))
    }

    private mutating func string(until quote: Unicode.Scalar) throws(InputSchemaError) -> String {
        let start = index
        var text = String.UnicodeScalarView()
        index += 1
        while index < scalars.count, scalars[index] != quote {
            if scalars[index] == "\\", index + 1 < scalars.count {
                index += 1
                switch scalars[index] {
                case "n": text.append("\n")
                case "r": text.append("\r")
                case "t": text.append("\t")
                default: text.append(scalars[index])
                }
            } else {
                text.append(scalars[index])
            }
            index += 1
        }
        guard index < scalars.count else {
            throw InputSchemaError(position: start + 1, reason: "the quotation mark is not closed")
        }
        index += 1
        return String(text)
    }

    private func text(from start: Int) -> String { String(String.UnicodeScalarView(scalars[start..<index])) }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func isOfName(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar == "$" || isDigit(scalar) || scalar.properties.isAlphabetic
    }
}
