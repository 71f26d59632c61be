import AssistantsStore

/// The body of a `PUT`.
enum ChangeBody {
    /// A body may also be empty, `null`, or `[]`: that is how SDKs send a change of nothing.
    /// - Returns: the JSON of an object, or what is none.
    static func object(of json: [UInt8]) -> [UInt8] { isNothing(json) ? Array("{}".utf8) : json }

    private static func isNothing(_ json: [UInt8]) -> Bool {
        // Nearly every body is an object.
        guard json.first(where: { !$0.isJSONWhiteSpace }) != UInt8(ascii: "{") else { return false }
        let tokens = json.split(whereSeparator: \.isJSONWhiteSpace).map { String(decoding: $0, as: UTF8.self) }
        return [[], ["null"], ["[]"], ["[", "]"]].contains(tokens)
    }
}
