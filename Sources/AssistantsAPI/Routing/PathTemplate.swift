import TextEncodings

/// The form of a route's paths: `/v1/Sessions/{sessionId}/Messages/{id}`. It reads paths, and writes them.
///
/// SDKs put session names into paths as they are, and real names hold slashes. So parameters are found on the raw bytes,
/// from the end: a final `/Messages` makes a path a list, and all between that and `/v1/Sessions/` is the session; a name that
/// itself ends so can be reached with its slash as `%2F`. No slashes are collapsed, and a parameter is decoded once.
struct PathTemplate: Sendable {
    /// With a name in braces for each parameter.
    let text: String
    /// What stands before each parameter, and behind the last.
    private let literals: [String]
    private let types: [any PathParameter.Type]

    /// - Precondition: the text has as many parameters as there are types: two at most, and the second without slashes.
    init(_ text: String, _ types: [any PathParameter.Type]) {
        self.text = text
        self.types = types
        literals = text.split(separator: "{", omittingEmptySubsequences: false).enumerated().map { index, piece in
            index == 0 ? String(piece) : String(piece.drop { $0 != "}" }.dropFirst())
        }
        precondition(
            types.count == literals.count - 1 && types.count <= 2 && !types.dropFirst().contains { $0.mayHoldSlashes },
            "the operations of \(text) do not take its parameters"
        )
    }

    /// The parameters of a raw path without a slash at its end.
    /// - Returns: `nil` if the path is not of this form.
    func parameters(of path: Substring) throws(PercentEncoding.DecodingError) -> PathParameters? {
        guard var rest = path.afterPrefix(literals[0]) else { return nil }
        var parameters = PathParameters()
        for index in types.indices.reversed() {
            guard rest.removeSuffix(literals[index + 1]) else { return nil }
            let slash = rest.utf8.lastIndex(of: UInt8(ascii: "/"))
            if index == 0, slash != nil, !types[index].mayHoldSlashes { return nil }
            // The first parameter is all that is left; another one is one segment.
            let start = index == 0 ? rest.startIndex : slash.map { rest.utf8.index(after: $0) } ?? rest.startIndex
            let parameter = try PercentEncoding.decode(rest[start...])
            guard types[index].isValid(parameter) else { return nil }
            parameters[index] = parameter
            rest = rest[..<start]
        }
        return rest.isEmpty ? parameters : nil
    }

    /// The path with these parameters, in the least encoding: `parameters(of:)` reads them back.
    ///
    /// Clients take the URLs of a page apart, normalize them, and put them together again; Java's SDK percent-encodes their
    /// paths once more. So nothing is encoded that a path may hold, and a slash only where it could be read otherwise.
    func path(_ parameters: PathParameters) -> String {
        guard !types.isEmpty else { return text }
        var path = literals[0]
        path.reserveCapacity(text.utf8.count + parameters.length)
        for (index, type) in types.enumerated() {
            let parameter = parameters[index]
            path +=
                type.mayHoldSlashes
                ? PercentEncoding.encodeSegments(parameter) : PercentEncoding.encodeSegment(parameter[...])
            path += literals[index + 1]
        }
        return path
    }
}

extension Substring {
    fileprivate func afterPrefix(_ prefix: String) -> Substring? {
        utf8.starts(with: prefix.utf8) ? Substring(utf8.dropFirst(prefix.utf8.count)) : nil
    }

    /// `false` where the text ends otherwise.
    fileprivate mutating func removeSuffix(_ suffix: String) -> Bool {
        guard utf8.reversed().starts(with: suffix.utf8.reversed()) else { return false }
        self = Substring(utf8.dropLast(suffix.utf8.count))
        return true
    }
}
