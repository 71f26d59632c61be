import AssistantsStore

/// Divides JSON by its brackets, commas, and quotes alone, so that what is wrong with one part does not hide the others.
enum JSONParts {
    /// The members of an object or the elements of an array, each without the white space around it; `nil` where it is neither, or does
    /// not end.
    static func split(_ json: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
        let json = trimmed(json)
        guard let opening = json.first, [UInt8(ascii: "{"), UInt8(ascii: "[")].contains(opening) else { return nil }
        var parts: [ArraySlice<UInt8>] = []
        var start = json.startIndex + 1
        var depth = 0
        var strings = JSONStrings()
        var end: Int?
        for index in json.indices where !strings.read(json[index]) {
            switch json[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ",") where depth == 1:
                parts.append(trimmed(json[start..<index]))
                start = index + 1
            default: break
            }
            if depth == 0 {
                end = index
                break
            }
        }
        // In ASCII, a closing bracket comes two after its opening one.
        guard let end, end == json.endIndex - 1, json[end] == opening + 2 else { return nil }
        let last = trimmed(json[start..<end])
        return parts.isEmpty && last.isEmpty ? [] : parts + [last]
    }

    /// A member's key, without its escapes, and its value; `nil` where it is no member.
    static func member(_ json: ArraySlice<UInt8>) -> (key: String, value: ArraySlice<UInt8>)? {
        var strings = JSONStrings()
        guard json.first == UInt8(ascii: "\""),
            let end = json.indices.first(where: { strings.read(json[$0]) && !strings.isInside })
        else { return nil }
        let rest = trimmed(json[(end + 1)...])
        var scanner = JSONScanner(Array("{".utf8) + json[...end] + Array(":0}".utf8))
        guard rest.first == UInt8(ascii: ":"), let key = (try? scanner.members())?.first?.key else { return nil }
        return (key, trimmed(rest.dropFirst()))
    }

    private static func trimmed(_ json: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let end = json.lastIndex(where: { !$0.isJSONWhiteSpace }) else { return [] }
        return json[...end].drop(while: \.isJSONWhiteSpace)
    }
}
