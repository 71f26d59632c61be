/// What a path can have as a parameter.
protocol PathParameter: Sendable {
    /// Whether SDKs put it into paths with its slashes as they are. Only the first parameter of a path can be of that kind.
    static var mayHoldSlashes: Bool { get }

    /// - Returns: `nil` if the text is none.
    init?(_ text: String)

    static func isValid(_ text: String) -> Bool
}

extension PathParameter {
    static var mayHoldSlashes: Bool { false }

    static func isValid(_ text: String) -> Bool { Self(text) != nil }
}

/// The parameters of a path, decoded, in the path's order. No array, which would be an allocation for each request.
struct PathParameters: Sendable {
    private var first = ""
    private var second = ""

    init(_ first: String = "", _ second: String = "") {
        self.first = first
        self.second = second
    }

    subscript(index: Int) -> String {
        get { index == 0 ? first : second }
        set { if index == 0 { first = newValue } else { second = newValue } }
    }

    /// In bytes, all together.
    var length: Int { first.utf8.count + second.utf8.count }

    /// A parameter that the path's template was matched with.
    func value<Value: PathParameter>(at index: Int) -> Value {
        guard let value = Value(self[index]) else { preconditionFailure("a template matches only what is valid") }
        return value
    }
}
