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
        var index = json.startIndex
        while index < json.endIndex {
            switch json[index] {
            case UInt8(ascii: "\""):
                guard let end = endOfString(json[index...]) else { return nil }
                index = end
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ",") where depth == 1:
                parts.append(trimmed(json[start..<index]))
                start = index + 1
            default: break
            }
            index += 1
            if depth == 0 { break }
        }
        // In ASCII, a closing bracket comes two behind its opening one.
        guard depth == 0, index == json.endIndex, json.last == opening + 2 else { return nil }
        let last = trimmed(json[start..<index - 1])
        return parts.isEmpty && last.isEmpty ? [] : parts + [last]
    }

    /// The bytes of a member's key between its quotes, and its value; `nil` where it is no member.
    static func member(_ json: ArraySlice<UInt8>) -> (key: ArraySlice<UInt8>, value: ArraySlice<UInt8>)? {
        guard json.first == UInt8(ascii: "\""), let end = endOfString(json) else { return nil }
        let rest = trimmed(json[(end + 1)...])
        guard rest.first == UInt8(ascii: ":") else { return nil }
        return (json[(json.startIndex + 1)..<end], trimmed(rest.dropFirst()))
    }

    /// Where the quote is that ends the string with which `json` begins.
    private static func endOfString(_ json: ArraySlice<UInt8>) -> Int? {
        var index = json.startIndex + 1
        while index < json.endIndex, json[index] != UInt8(ascii: "\"") {
            index += json[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return index < json.endIndex ? index : nil
    }

    private static func trimmed(_ json: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
        guard let end = json.lastIndex(where: { !isSpace($0) }) else { return [] }
        return json[...end].drop(while: isSpace)
    }
}
