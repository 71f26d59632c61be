/// Goes through the string values of a JSON text that was checked when it was written, in their order. Keys are left out.
///
/// A text that is damaged gives something, or nothing, but never reads beyond its end.
struct JSONStringValues {
    /// A container that the text is within.
    private enum Container {
        /// - Parameter key: of the value that comes next; `nil` where a key comes next.
        case object(key: Range<Int>?)
        case array(index: Int)
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0
    private var containers: [Container] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// - Parameter body: gets each value with its escapes resolved, and returns whether more are wanted. `pointer` is where the last one
    ///   stands.
    mutating func forEach(_ body: (_ value: UnsafeBufferPointer<UInt8>, _ values: JSONStringValues) -> Bool) {
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "{"): containers.append(.object(key: nil))
            case UInt8(ascii: "["): containers.append(.array(index: 0))
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = containers.popLast()
            case UInt8(ascii: ","):
                switch containers.popLast() {
                case .object: containers.append(.object(key: nil))
                case .array(let index): containers.append(.array(index: index + 1))
                case nil: break
                }
            case UInt8(ascii: "\""):
                guard let (range, hasEscapes) = string() else { return }
                if case .object(key: nil) = containers.last {
                    containers[containers.count - 1] = .object(key: range)
                } else if hasEscapes {
                    var text = Self.text(of: bytes[range])
                    guard text.withUTF8({ body($0, self) }) else { return }
                } else {
                    guard body(UnsafeBufferPointer(rebasing: bytes[range]), self) else { return }
                }
            default: break
            }
        }
    }

    /// Where the current value stands, as a JSON Pointer (RFC 6901).
    var pointer: String {
        containers.map { container in
            switch container {
            case .array(let index): return "/\(index)"
            case .object(let key):
                let name = Self.text(of: bytes[key ?? 0..<0])
                guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
                    return "/\(name)"
                }
                return "/\(name.replacing("~", with: "~0").replacing("/", with: "~1"))"
            }
        }.joined()
    }

    /// The string behind whose quotation mark the index is, which is moved behind its end; `nil` where it has none.
    private mutating func string() -> (range: Range<Int>, hasEscapes: Bool)? {
        let start = index
        var hasEscapes = false
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index += 1
                return (start..<index - 1, hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                index += 2
            default: index += 1
            }
        }
        return nil
    }

    /// What stands between the quotation marks of a string; as it is where its escapes are none.
    private static func text(of raw: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        let raw = Array(raw)[...]
        return (try? JSONString(raw, hasEscapes: raw.contains(UInt8(ascii: "\\"))))?.text
            ?? String(decoding: raw, as: UTF8.self)
    }
}
